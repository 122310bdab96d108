# Giao diện / interface

# Phiếu khảo sát: kiểm tra / definitions: what is wrong
definition-not-toml = The file is not valid TOML: { $detail }.
definition-unknown-key = There is no key “{ $key }” here.
definition-missing-key = The key “{ $key }” is missing; add { $key } = ….
definition-wrong-type = Wrong value; expected { $expected }.
definition-expected-text = text in quotes, such as "abc"
definition-expected-number = a number, such as 0.9
definition-expected-whole = a whole number from { $min } to { $max }
definition-expected-truth = true or false
definition-expected-list = a list in square brackets, such as ["a", "b"]
definition-expected-table = a table of keys and values
definition-expected-texts = a text for each language, such as { "{" } vi = "…", en = "…" { "}" }
definition-expected-condition = a rule, such as { "{" } question = "…", in = ["…"] { "}" }, or all, any, not
definition-expected-one-of = one of the words: { $words }
definition-unreadable = The value cannot be read: { $detail }.
definition-unknown-format = This program reads format 1, not format { $format }; write format = 1.
definition-id-is-not-folder = The id is “{ $id }” but the file lies in the folder “{ $folder }”; the two must agree.
definition-version-is-not-file = The version is “{ $version }” but the file is named “{ $file }.toml”; the two must agree.
definition-bad-version = The version “{ $version }” is not valid; write numbers joined by dots, such as 2026.1.
definition-bad-id = The id “{ $id }” is not valid; an id starts with a lower-case letter, has only a–z, 0–9 and . _ -, ends in a letter or digit, and is at most 48 characters long.
definition-reserved-id = The id “{ $id }” is reserved; choose another.
definition-duplicate = “{ $id }” is already used on line { $first }; each name may be used once.
definition-same-variable = “{ $id }” and “{ $other }” both become the SPSS variable “{ $name }”; change one of them.
definition-unknown-scale = There is no scale “{ $id }”.
definition-unknown-dimension = There is no dimension “{ $id }”.
definition-unknown-part = There is no part “{ $id }”.
definition-unknown-plan = There is no row “{ $id }” in [plan].
definition-unknown-item = There is no criterion or question “{ $id }”.
definition-unknown-option = The question has no option “{ $id }”.
definition-hint-nearest = Did you mean “{ $name }”?
definition-hint-known = Possible: { $names }.
definition-no-language = At least one language is needed, such as languages = ["vi", "en"].
definition-bad-language = “{ $language }” is no language code; write two or three lower-case letters, such as vi.
definition-missing-translation = The text in “{ $language }” is missing; every text needs all the languages listed in languages.
definition-empty-text = The text in “{ $language }” is empty; write it.
definition-undeclared-language = The language “{ $language }” is not listed in languages; add it there or remove this text.
definition-too-few-options = There are { $count } options; at least 2 are needed.
definition-too-many-options = There are { $count } options; at most 250 are possible.
definition-bad-code = The option code “{ $code }” is not valid; use a–z, 0–9, _ and -, 1 to 24 characters.
definition-limits-inside-unit = The number { $number } is out of limits; it must be above 0 and below 1 (write 90 % as 0.9).
definition-limits-unit = The number { $number } is out of limits; it must be from 0 to 1.
definition-limits-positive = The number { $number } is out of limits; it must be above 0.
definition-limits-positive-unit = The number { $number } is out of limits; it must be above 0 and at most 1.
definition-no-satisfied-option = The scale is used by criteria but no option counts as satisfied; write satisfied = true at one or more.
definition-no-unsatisfied-option = The scale is used by criteria and needs an option that counts and is not satisfied.
definition-missing-score = The option “{ $code }” needs a score (0 to 1) because the index is a mean of scores (mean_score); if it is outside the index, write missing = true.
definition-missing-counts = The option “{ $code }” is missing = true and can have neither satisfied nor score.
definition-minimum-too-small = The smallest number of answers is { $count }; to protect respondents it must be 5 or more.
definition-dimension-without-criterion = The dimension “{ $id }” has no criterion.
definition-part-without-dimension = The part “{ $id }” has no dimension.
definition-dimension-without-part = The dimension “{ $id }” belongs to no part; where there are parts, each dimension needs part = "…".
definition-no-form = There is no form; add [[form]].
definition-no-minutes = The form must take 1 minute or more.
definition-empty-section = This section asks nothing; list ids in ask.
definition-asked-twice = “{ $id }” is asked twice in the form “{ $form }”; remove one.
definition-form-without-criterion = The form “{ $form }” asks no criterion and so has no index; add one.
definition-form-accepts-nothing = The form “{ $form }” would accept an untouched sheet; set required = true for at least one question that is always asked.
definition-wording-not-asked = The form “{ $form }” does not ask “{ $id }”; remove this wording or add the id to ask.
definition-never-asked = No form asks “{ $id }”.
definition-rule-on-later = The rule looks at “{ $question }”, which the form “{ $form }” does not ask before this; a rule may look at earlier questions only.
definition-rule-on-not-asked = The rule looks at “{ $question }”, which the form “{ $form }” does not ask; add it to ask or remove the rule.
definition-rule-on-module = The rule looks at “{ $question }”, which is in the module “{ $module }” of the form “{ $form }”; whoever is not asked that module could not answer it. Put both questions into one module, or “{ $question }” into a section that everybody is asked (without module).
definition-module-without-rotation = The form “{ $form }” has no rotation, so a section in the module “{ $module }” is asked of everybody; add rotation = { "{" } ask = 2 { "}" } to the form, or remove module.
definition-too-few-modules = The form “{ $form }” has a rotation but { $modules } modules; it needs at least 2. Write module = "…" in the sections that rotate, or remove rotation.
definition-ask-outside-modules = { $ask } of { $modules } modules cannot be asked; ask must be 1 to { $most } (2 or more is better). To ask everything, remove rotation.
definition-too-many-choices = There are more than { $most } ways to choose { $ask } of { $modules } modules; join modules or change ask until there are no more than { $most }.
definition-module-without-criterion = The module “{ $module }” of the form “{ $form }” asks no criterion without a rule, so that nothing tells who was asked it; add a criterion without asked_if, or remove module.
definition-dimension-across-modules = The index averages respondents' own scores (respondent_scores), so that all criteria of the dimension “{ $dimension }” must be in one module of the form “{ $form }”, or all outside of modules; move this criterion.
definition-one-module-asked = The form “{ $form }” asks each respondent a single module: the error of the index can only be bounded, so that its interval is wider than it need be. With ask = 2 or more it is estimated.
definition-rule-on-kind = The rule looks at “{ $question }”, which has no options; it must be of kind single or multiple.
definition-empty-rule = The rule is empty; give at least one option code or one rule in it.
definition-rule-never-fires = In the form “{ $form }” this rule can never be fulfilled, so it is never asked; look at the rule again.
definition-rule-always-fires = In the form “{ $form }” this rule is always fulfilled; remove or mend it.
definition-rule-on-opinion = The criterion “{ $id }” is asked by how satisfied people are with “{ $question }”, so its figure would be that of the satisfied or of the dissatisfied alone. Ask everybody, or let the rule look at a question of fact.
definition-extra-for-some = “{ $id }” is asked by how satisfied people are with “{ $question }”: the dissatisfied and the satisfied do not answer the same number of questions. Ask everybody if you can.
definition-min-above-max = The smallest number { $min } is above the largest { $max }; swap them.
definition-no-length = The longest text is 0; write 1 or more.
definition-scale-and-options = Options are given both by scale and by options; remove one of them.
definition-no-options = A choice question needs options; add scale or options.
definition-key-not-for-kind = A question of kind { $kind } has no “{ $key }”; remove it.
definition-bad-map = “{ $value }” is not valid; write the earlier id and version, such as "access.seats@2026.1".
definition-no-order-for-faces = For faces, a scale needs 2 to 5 steps, each with a score of its own.
definition-audio-large = The recording has { $size } kB; keep it below { $most } kB for people on slow networks (mono at 32 kbit/s is enough).
definition-audio-too-large = The recording is too large; at most { $most } kB. The server leaves it out.
definition-not-audio = Not the MP3 (.mp3), Ogg (.ogg) or MPEG-4 (.m4a) recording that its name says. The server leaves it out.
definition-audio-unreadable = The recording cannot be read.
definition-already-declared = The definition itself has the language “{ $language }”; this file is for further languages.
definition-not-translated = { $key } is not translated; it is shown in the questionnaire's first language.
definition-partly-translated = { $key } is not translated; translate all options of a question or leave all of them empty.
definition-unknown-placeholder = There is no placeholder “{ $name }”.
definition-lost-placeholder = The original has { $name }, the translation does not.
definition-same-version = Version { $version } of “{ $id }” is already in { $other }; change the version.
definition-warning = Note: { $words }

# Phiếu khảo sát: dòng lệnh / definitions: the command line
definition-not-utf-8 = The file is not UTF-8 text; save it in UTF-8.
definition-cannot-read = Cannot read { $path }: { $detail }. Check the path and the permission to read it.
definition-none-in-folder = There is no .toml file in { $path }.
definition-no-such-id = There is no definition “{ $id }”.
definition-no-such-version = The definition “{ $id }” has no version “{ $version }”.
definition-no-such-form = The definition “{ $id }” has no form “{ $form }”.
definition-no-such-language = The definition “{ $id }” has no language “{ $language }”.
definition-checked-well = Files checked: { $files }; no error; notes: { $warnings }.
definition-checked-badly = Files checked: { $files }; errors: { $errors }; notes: { $warnings }.
definition-show-form = Form { $form } · about { $minutes } minutes · target { $target }
definition-show-dimensions = Dimensions and their shares in the index:
definition-show-asked-if = asked only if { $rule }
definition-show-in = { $question } is { $codes }
definition-show-or = or
definition-show-and = and
definition-show-not = not ({ $rule })
definition-show-rotation = Rotating modules: each respondent is asked { $ask } of { $modules } modules ({ $names }), every choice being as likely; sections outside the modules are asked of everybody.
definition-show-module = (module { $module })
definition-show-required = required
definition-show-text = (text, at most { $length } characters)
definition-show-number = (a number)
definition-show-multiple = several
definition-diff-none = The two versions say the same.
definition-diff-count = Breaking changes: { $breaking }; compatible changes: { $compatible }.
definition-diff-breaking = breaking
definition-diff-compatible = compatible
definition-diff-definition = the definition
definition-diff-index = the index
definition-diff-part = part “{ $id }”
definition-diff-dimension = dimension “{ $id }”
definition-diff-scale = scale “{ $id }”
definition-diff-option = option “{ $code }” of “{ $id }”
definition-diff-criterion = criterion “{ $id }”
definition-diff-question = question “{ $id }”
definition-diff-form = form “{ $id }”
definition-diff-asked = “{ $id }” in form “{ $form }”
definition-diff-plan = row “{ $id }” of the plan
definition-diff-added = new
definition-diff-removed = removed
definition-diff-wording = wording changed
definition-diff-order = order changed
definition-diff-value = { $key }: { $before } → { $after }
definition-diff-share = share of dimension “{ $dimension }” in the index: { $before } → { $after }
definition-diff-nothing = none
definition-simulate-head = { $runs } random ways through form { $form }, seed { $seed }
definition-simulate-length = Questions asked: fewest { $shortest }, median { $median }, most { $longest }
definition-simulate-never = Never asked: { $ids }. Look at their asked_if.
# --- xlsform: questionnaires from and to XLSForm (ODK, Kobo) ---
xlsform-level-lost = Not carried over
xlsform-level-changed = Changed
xlsform-level-chosen = Decided for you
xlsform-type = there is no such type of question here; the row is left out.
xlsform-metadata = devices, places and times of respondents are not recorded; the row is left out.
xlsform-repeat = there are no groups that repeat; the whole group is left out.
xlsform-in-repeat = inside of a group that repeats; left out.
xlsform-calculation = questionnaires compute nothing.
xlsform-rule = this rule cannot be carried over ({ $fault }); everybody will be asked.
xlsform-constraint = only limits of numbers (. >= 1 and . <= 20) and of length (string-length(.) <= 200) can be carried over.
xlsform-required-sometimes = a question is required or it is not; this one is not.
xlsform-presentation = our pages decide how questions look.
xlsform-message = our pages have messages of their own.
xlsform-media = pictures, sound and film are not carried over. Recordings can be added later, see the page on audio files.
xlsform-choice-filter = options do not depend on earlier answers; all of them are shown.
xlsform-preset = nothing is filled in beforehand.
xlsform-read-only = no question is for reading only.
xlsform-unknown-column = the column is not one of XLSForm ({ $cells } filled cells).
xlsform-unknown-sheet = the sheet cannot be carried over.
xlsform-setting = this setting of ODK does not exist here.
xlsform-unused-list = no question uses the list.
xlsform-missing-list = the list of options is missing or has fewer than two; the question is left out.
xlsform-repeated-option = the list has this option already; the later row is left out.
xlsform-unknown-language = the column's language has no code; write it like “label::English (en)”.
xlsform-note-with-rule = a note behind a rule cannot be carried over; it is left out.
xlsform-nothing-below = no question follows; the words are left out.
xlsform-outer-heading = this group holds only groups; its heading has no place.
xlsform-disabled = the row is switched off in the file.
xlsform-no-name = the row has no type or no name; it is left out.
xlsform-unbalanced = a group is begun without being ended, or the other way round.
xlsform-reference = wording cannot refer to earlier answers; the place became “…”.
xlsform-second-hint = a question has one explanation.
xlsform-whole-numbers = whole numbers only.
xlsform-markup = markup removed, words kept.
xlsform-formula = the cell is a formula; what it amounted to when the file was last saved is taken.
xlsform-renamed = the question's id is “{ $id }”.
xlsform-recoded = the option's code is “{ $code }”.
xlsform-untranslated = no words in the language “{ $language }”; those of the first language stand in.
xlsform-no-words = no words; the name stands in.
xlsform-or-other = “other” became an option and the question “{ $id }”.
xlsform-on-opinion = asked only of the satisfied or only of the dissatisfied; it stands beside the index.
xlsform-scale = is a scale of satisfaction; counted as satisfied: { $options }.
xlsform-dimension = is a dimension with { $n } criteria.
xlsform-beside = stands beside the index.
xlsform-required-first = nothing was required of everybody; this criterion is, so that an untouched form is not taken.
xlsform-introduction = the file has no introduction (a note before the first question); a stock one is used, please reword it.
xlsform-title = the file has no title (form_title); a stock one is used, please reword it.
xlsform-minutes = { $minutes } minutes, estimated from the number of questions.
xlsform-target = target { $target }; each campaign can set its own.
xlsform-language = columns without a language are taken for “{ $language }”.
xlsform-named = the definition's id is “{ $id }”, its version “{ $version }”.
xlsform-no-survey = the file has no sheet “survey” with a question that can be used; is it an XLSForm?
xlsform-no-scale = no list reads like a scale of satisfaction, so there would be no index. Say which list is one ({ $lists }).
xlsform-no-such = not in the file; there are: { $known }.
xlsform-no-such-option = the list has no such option; there are: { $known }.
xlsform-other-forms = an XLSForm holds one form; not in the file: { $forms }.
xlsform-rotation = ODK draws no modules; everybody is asked everything.
xlsform-mode = ODK does not ask who filled in the form.
xlsform-faces = ODK shows no faces.
xlsform-placeholder = the placeholder became the question “{ $name }”, for the interviewer to fill in.
xlsform-placeholder-in-option = a placeholder in an option stays as it is.
xlsform-looks-like-reference = ODK would take it for a reference, so a space was added.
xlsform-rule-unsupported = “{ $words }” is not understood
xlsform-rule-malformed = it is unfinished or too long
xlsform-rule-unknown-question = the question “{ $name }” is missing, was not carried over, or comes later
xlsform-rule-not-choice = the question “{ $name }” has no options
xlsform-rule-unknown-option = the question “{ $name }” has no option “{ $value }”
xlsform-ask-unit = The unit that is judged
xlsform-ask-counter = Counter
xlsform-other = Other
xlsform-other-which = Please say which
xlsform-default-title = Satisfaction survey
xlsform-default-method = Imported from XLSForm “{ $title }”: share satisfied for each criterion, all criteria weighing the same
xlsform-default-introduction = Please tell us your opinion, so that you are served better. Answering is voluntary; only summary figures are published.
xlsform-imported = Made { $id } { $version }: criteria: { $criteria }, other questions: { $questions }. Not carried over: { $lost }, changed: { $changed }, decided for you: { $chosen }.
xlsform-imported-badly = The form was carried over, but { $errors } errors are left; please mend them in the XLSForm and import it again. No file was written.
xlsform-not-imported = This file cannot be carried over:
xlsform-exported = Exported the form “{ $form }” of { $id } { $version }; questions: { $questions }.
xlsform-which-form = “{ $id }” has several forms; add --form with one of: { $forms }.
xlsform-exists = There is a file { $path } already; choose another name, since definitions in use do not change.
xlsform-cannot-write = Cannot write { $path }: { $detail }.
xlsform-out-needed = An XLSForm cannot be printed; add --out NAME.xlsx.
desk-definitions = Questionnaires
desk-definitions-purpose = The questionnaires that campaigns can use. One that has been used does not change; there are new versions instead.
desk-definitions-import = Import a questionnaire from XLSForm
desk-definitions-removed = The questionnaire was removed.
desk-definitions-caption = { $n } versions, the newest first
desk-definitions-title-column = Questionnaire
desk-definitions-id = Id
desk-definitions-version = Version
desk-definitions-origin = Comes from
desk-definitions-forms = Forms
desk-definitions-languages = Languages
desk-definitions-criteria = Criteria
desk-definitions-campaigns = Used by campaigns
desk-definitions-built-in = Built into the program
desk-definitions-folder = A file on the server
desk-definitions-kept-here = Imported here
desk-definition-purpose = What a questionnaire holds: forms, questions, a preview, and files to take along.
desk-definition-kept = The questionnaire is kept. It can be chosen for campaigns from now on.
desk-definition-same = This questionnaire was here already, the same to the letter; nothing changed.
desk-definition-toml = Download the questionnaire (.toml)
desk-definition-form-facts = { $questions } questions, { $criteria } of them criteria; about { $minutes } minutes.
desk-definition-preview = See it as on a phone
desk-definition-xlsform = Download as XLSForm
desk-definition-asked = The questions
desk-definition-remove = Remove this questionnaire
desk-definition-remove-what = No campaign uses this questionnaire. Once removed it has to be imported from its file again.
desk-definition-retype = What was typed is not its id; type “{ $id }” to remove it.
desk-definition-in-use = A campaign uses this questionnaire, so it cannot be removed.
desk-xlsform-purpose = Makes a questionnaire written for ODK or Kobo (an XLSForm file) one that can be used here.
desk-xlsform-file = XLSForm file (.xlsx)
desk-xlsform-file-hint = With the sheets survey, choices and settings; 5 MB at most.
desk-xlsform-look = Preview
desk-xlsform-nothing-yet = Nothing is stored yet. The next step shows what the questionnaire will be like and what cannot be carried over.
desk-xlsform-no-file = Please choose the XLSForm file.
desk-xlsform-other-file = Choose another file
desk-xlsform-preview = What became of the form
desk-xlsform-errors = The questionnaire has errors and cannot be used yet
desk-xlsform-lost = Not carried over
desk-xlsform-changed = Changed
desk-xlsform-chosen = Decided for you, please look
desk-xlsform-criterion = Criterion
desk-xlsform-decide = Decide
desk-xlsform-id-hint = Small letters, digits and dots. The versions of a questionnaire share its id.
desk-xlsform-version-hint = Numbers joined by dots, such as 2026.1.
desk-xlsform-group = { $name } (criteria: { $n })
desk-xlsform-satisfied = Counts as satisfied in “{ $list }”
desk-xlsform-scales = Scales of satisfaction
desk-xlsform-scales-hint = Questions with these lists are criteria of the index.
desk-xlsform-dimensions = Dimensions of the index
desk-xlsform-dimensions-hint = Each group chosen is a dimension. With none chosen, every group that holds criteria is one.
desk-xlsform-beside = Questions beside the index
desk-xlsform-beside-hint = Such as one about satisfaction all in all.
desk-xlsform-keep = Keep for campaigns
desk-xlsform-take = Download the questionnaire (.toml)
desk-xlsform-again = Look again with these choices
desk-xlsform-taken = There is another questionnaire “{ $id }” with version { $version }; choose another version.
desk-help = Help
desk-help-back = All chapters of the handbook
desk-help-in-vietnamese = The handbook is in Vietnamese.

# statistics: sipas estimate
estimate-unreadable = Cannot read the file { $file }: { $detail }
estimate-explain-head = How { $analysis } / { $key } ({ $kind }) is computed
estimate-explain-weights = Weights of { $analysis }
estimate-explain-two-stages = V2_h: variance of the second stage, Σ_c (m/M)·f_c·m_c/(m_c − 1)·Σ(u − ū_c)² over the PSUs c of the stratum.
estimate-explain-answers = Answers
estimate-explain-sum-of-weights = Sum of weights
estimate-explain-sum-of-squared-weights = Sum of squared weights
estimate-explain-weighted-sum = Weighted sum
estimate-explain-weighted-sum-of-denominator = Weighted sum of the denominator
estimate-explain-mean = Estimated mean (share)
estimate-explain-total = Estimated total
estimate-explain-ratio = Estimated ratio
estimate-explain-component = Component
estimate-explain-composite = Composite index
estimate-explain-difference = Difference
estimate-explain-variance = Variance
estimate-explain-variance-from-components = Variance, again from the covariances
estimate-explain-covariance = Covariance
estimate-explain-standard-error = Standard error
estimate-explain-degrees-of-freedom = Degrees of freedom: PSUs less strata
estimate-explain-sample-variance = Variance of the values
estimate-explain-design-effect = Design effect
estimate-explain-design-effect-with-replacement = Design effect against a sample with replacement
estimate-explain-kish-design-effect = Kish's design effect, of the weights
estimate-explain-kish-size = Kish's effective size
estimate-explain-least-weight = Smallest weight
estimate-explain-largest-weight = Largest weight
estimate-explain-t-quantile = Quantile of t
estimate-explain-normal-quantile = Normal quantile
estimate-explain-power-quantile = Normal quantile of the power
estimate-explain-logit = Logit scale
estimate-explain-effective-size = Effective size
estimate-explain-excess = Excess of the weights over 1
estimate-explain-cap = Cap of the effective size
estimate-explain-lower-limit = Lower limit
estimate-explain-upper-limit = Upper limit
estimate-explain-lower-tail = Probability at the lower limit, more than α/2
estimate-explain-lower-tail-below = Probability just below the lower limit, at most α/2
estimate-explain-upper-tail = Probability at the upper limit, more than α/2
estimate-explain-upper-tail-above = Probability just above the upper limit, at most α/2
estimate-explain-width = Width of the interval
estimate-explain-t-statistic = t statistic
estimate-explain-probability-above = Probability of a t this large if the truth were the target
estimate-explain-probability-below = Probability of a t this small if the truth were the target
estimate-explain-probability-two-sided = Two-sided p
estimate-explain-decision = Decision
estimate-explain-items = Items
estimate-explain-score-variance = Variance of the total score
estimate-explain-alpha = Cronbach's alpha
estimate-explain-simultaneous-level = Level of each interval (Bonferroni)
estimate-explain-outside = Weights outside the bounds
estimate-explain-cut = Sum of what is cut
estimate-explain-share = What each of the others gets
estimate-explain-coefficient = Regression coefficient
estimate-explain-standardised-coefficient = Standardised coefficient
estimate-explain-intercept = Intercept
estimate-explain-r-squared = R squared
estimate-explain-lmg = Share of R² by LMG (Shapley)
estimate-explain-johnson = Johnson's relative weight
estimate-explain-status = Whether it may be shown
estimate-explain-infinite-size = Size for an infinite population
estimate-explain-size = Sample size
estimate-explain-whole-size = Sample size, rounded up
estimate-explain-invited = Persons to invite
estimate-explain-head-variance = Variance and standard error
estimate-explain-head-interval = Interval { $method }, level { $level }
estimate-explain-head-target = Against the target τ = { $value }
estimate-explain-head-component = Component “{ $name }”
estimate-explain-head-side = Side { $name }
estimate-explain-head-unit = Unit “{ $name }”
estimate-explain-head-predictor = Coefficient of “{ $name }”
estimate-explain-head-pairs = All pairs
estimate-explain-head-ranks = Ranks
estimate-explain-head-pass = Pass { $number }
estimate-explain-head-request = Request { $row }: { $kind }
estimate-explain-note-rows = K: the rows of the domain with an answer; every sum Σ below is over K.
estimate-explain-note-influence = u: the sum of w·z in each PSU, with z = { $z } on K and 0 outside it (Taylor linearisation).
estimate-explain-note-residuals = The weights are calibrated: z is replaced by its residual z − Σ_g b_g from the regression on the calibration cells with base weights (Deville and Särndal 1992). Coefficients b_g:
estimate-explain-note-strata = Each stratum h: n_K answers, m PSUs in the sample, M in the population, f = 1 − m/M, V_h = f·m/(m − 1)·Σ(u − ū)².
estimate-explain-note-lonely = A stratum (or a PSU) has a single sampled unit; rule “{ $rule }”: { $rule ->
    [adjust] it adds f·(Σu)², the distance from the grand mean (which is 0).
    [certainty] it adds 0.
    [average] it adds the mean of the other strata: their sum is multiplied by H/(H − H₁), H₁ strata having a single unit.
   *[fail] not allowed.
 }
estimate-explain-note-rounded = Below 1e-20: the rounding of zero.
estimate-explain-note-complete = Complete enumeration: no sampling error.
estimate-explain-note-kish = The share is 0 or 1, or the variance 0: Kish's effective size stands in.
estimate-explain-note-no-freedom = No degrees of freedom, or a standard error of 0: not computable.
estimate-explain-note-no-inside = The share is 0 or 1, or its variance 0: this method has no interval.
estimate-explain-note-not-simple = Only for a share of one stratum that is a simple random sample with equal weights and known population.
estimate-explain-note-not-share = The estimate is outside 0 to 1: this method is for shares.
estimate-explain-note-not-solvable = No solution: the variables determine each other, do not vary, or too few rows are complete.
estimate-explain-note-too-long = The values are not listed: { $rows } rows, at most { $most } are shown. Σu and Σ(u − ū)² in the table below are over all rows.
estimate-explain-note-second-stage = Each PSU c: m_c sampled units, M_c in the PSU, f_c = 1 − m_c/M_c, V_hc = m/M·f_c·m_c/(m_c − 1)·Σ(u − ū_c)²; V2_h = Σ_c V_hc.
estimate-explain-note-not-computable = Not computable: there are no answers, or the values do not vary.
estimate-explain-note-codes = Rows by stratum and value of z; from them Σu = Σ z·Σw and Σ(u − ū)² = Σ z²·Σw² − (Σu)²/m:
estimate-explain-note-psus = The total u of each PSU c:
estimate-explain-note-calibration = Weights w: the base weights d adjusted to the known total N_g of each cell g{ $raked ->
    [yes] , margin by margin until all agree (raking).
   *[no] {" "}(post-stratification).
 }
estimate-explain-note-base-weights = The weights w are the base weights.
estimate-explain-note-regression = Weighted linear regression of y on the x_j over the complete rows; r are weighted correlations, R the matrix of those of the x_j.
estimate-explain-note-subsets = R²(S) = r_S' R_SS⁻¹ r_S of each subset S:
estimate-explain-note-square-root = λ: the symmetric square root of R (Λ·Λ = R); β* = Λ⁻¹ r:
estimate-explain-note-holm = p_Holm: the p in ascending order, the k-th times (pairs − k + 1), never less than the one before, at most 1 (Holm 1979).
estimate-explain-note-ranks = r = 1 + units with a larger estimate; r_min = 1 + units significantly better (p_Holm < { $alpha }); r_max = units − units significantly worse.
estimate-explain-note-rules = Suppressed where n < { $n }; with caution where n_e < { $size }, the width b > { $width } or there is no interval; else shown.
estimate-explain-note-nothing-outside = No weight is outside the bounds.
estimate-explain-note-further-passes = { $passes } more passes in the same way.
estimate-explain-note-yamane = Yamane's rule assumes a true share of 0.5, z = 2, and a simple random sample of each unit.
estimate-explain-decision-met = met
estimate-explain-decision-not-met = not met
estimate-explain-decision-undecided = undecided
estimate-explain-status-publish = shown
estimate-explain-status-caution = with caution
estimate-explain-status-suppress = suppressed
estimate-problem = { $file }: { $path }: { $problem }
estimate-problem-of-data = { $file }: { $problem } ({ $spec }: { $path })
estimate-problem-shape = not in the shape of the schema: { $detail }
estimate-problem-schema = the schema is “{ $found }”; supported is “svy-ref/1”
estimate-problem-kind = there is no kind “{ $found }”; supported are { $supported }
estimate-problem-twice = “{ $name }” occurs twice; rename or remove one
estimate-problem-no-column = there is no column “{ $column }”; the file has { $available }
estimate-problem-not-number = line { $line }, column “{ $column }”: “{ $text }” is not a number
estimate-problem-empty-cell = line { $line }, column “{ $column }”: the cell is empty
estimate-problem-cell-range = line { $line }, column “{ $column }”: { $value } must be { $range }
estimate-problem-csv = line { $line }: cannot be read as CSV: { $detail }
estimate-problem-unclosed = line { $line }: a quotation mark is opened and never closed; all rows after it would be one cell
estimate-problem-empty-file = the file is empty; its first line must name the columns
estimate-problem-separator = line { $line }: the columns are separated by { $found }; save the file with commas
estimate-problem-rows = the specification says { $said } rows, the file has { $found }
estimate-problem-range = { $value } must be { $range }
estimate-problem-too-few = needs at least { $least }
estimate-problem-too-many = has { $found }; at most { $most } are supported
estimate-problem-measure = give either “col” (and “in”) or “cols” with “agg”
estimate-problem-side = give either “y” or “components”
estimate-problem-no-design = this kind of estimand needs a “design”
estimate-problem-mixed-fpc = either no stage or every stage has an “fpc”
estimate-problem-fpc-varies = column “{ $column }” has different values in { $unit }; a population is one number
estimate-problem-fpc-too-small = column “{ $column }”: the population { $population } of { $unit } is smaller than its sample of { $sampled }
estimate-problem-lonely = { $unit } has a single sampled unit; merge strata or choose another “lonely_psu”
estimate-problem-no-weight = the weights sum to zero
estimate-problem-no-total = line { $line }: no total is given for { $cell }
estimate-problem-no-rows = no row with weight is in the cell { $cell }; merge it with another
estimate-problem-not-converged = the margins did not agree after { $rounds } rounds; do their totals have the same sum?
estimate-problem-bounds = the bounds cannot hold the sum of the weights
estimate-allowed-not-negative = 0 or more
estimate-allowed-positive = more than 0
estimate-allowed-share = between 0 and 1
estimate-allowed-at-most-one = at most 1
estimate-allowed-more-than-target = more than p
estimate-unit-sample = the sample
estimate-unit-stratum = stratum “{ $name }”
estimate-unit-psu = PSU “{ $name }” of { $stratum }

# --- language: languages added to respondents' pages ---
language-cannot-read = Cannot read { $path }: { $detail }.
language-none = There is no language in { $path }; each is a folder named after the language's code with a file sipas.ftl in it.
language-bad-code = “{ $code }” is no language code; the folder's name must be two or three lower-case letters, such as bdq.
language-built-in = The language “{ $code }” is built into the program; remove this folder.
language-not-fluent = Not valid Fluent: { $detail }. Each line reads id = words.
language-no-name = { $id } is missing: the language's name in the language itself.
language-unknown-value = { $id } uses { $value }, which the page does not give; possible: { $known }.
language-unknown-reference = { $id } refers to “{ $other }”, which is not in the file.
language-lost-value = { $id } leaves out { $value }.
language-unused = { $id } is on no page that respondents read; it may be removed.
language-missing = { $id } has no words and is shown in Vietnamese.
language-checked-well = Languages checked: { $files }; no error; notes: { $warnings }.
language-checked-badly = Languages checked: { $files }; errors: { $errors }; notes: { $warnings }.
language-template = Remove the # at the start of a line and replace the Vietnamese words. Keep the id before the = and what stands in braces.

# --- config: settings of the server and the commands ---
config-unreadable = Cannot read the file { $path }: { $detail }.
config-broken = The settings file { $path } has an error: { $detail }
config-value = { $name } = “{ $value }” cannot be used; it must be { $wanted }.
config-wanted-listen = an IP address with a port, such as 127.0.0.1:8080
config-wanted-base-url = the address that people see, such as https://khaosat.binhdinh.gov.vn
config-wanted-proxies = IP addresses separated by commas
config-wanted-secret = a random text of at least 16 characters, best 64 hexadecimal digits
config-wanted-switch = true or false
config-wanted-per-minute = a whole number from 1 on, such as 60
config-wanted-issuer = an https:// address, such as https://sso.example.vn/realms/tinh
config-wanted-client-id = the id of this application at the single sign-on
config-wanted-built-with-oidc = a program built with the feature oidc

# --- store: the database ---
store-address = “{ $address }” is no database address; write sqlite:PATH or postgres://….
store-unreachable = Cannot open the database { $address }: { $detail }. Check the address, the access rights, and that the database server is running.
store-newer = The database was made by a newer version of sipas (migration { $version }); install that version.
store-schema = The database's schema does not match this program: { $detail }.
store-not-durable = The database may lose acknowledged answers: { $setting } is { $value } and must be { $wanted }. Mend this setting of the database and start again.
store-wrong-key = The secret key is not the one this database was made with; point SIPAS_SECRET or SIPAS_SECRET_FILE at the right key (the .key file made at the first start).
store-busy = The database is busy or full ({ $detail }); nothing was changed, try again.
store-other = The database reports an error: { $detail }. Nothing was changed.

# --- serve, user, simulate, figures: commands and reports ---
serve-listening = sipas is running at { $address }. Press Ctrl+C to stop.
serve-stopped = sipas has stopped; every acknowledged answer is stored.
serve-port = Cannot open the port { $address }: { $detail }. Another program may be using it; stop that program or set SIPAS_LISTEN to another port.
user-password-short = The password is too short; it needs at least { $n } characters.
user-password-long = The password is too long; at most { $n } characters.
user-unknown-unit = There is no unit “{ $unit }”.
user-exists = There is an account “{ $name }” already; choose another name.
user-added = Added the account “{ $name }”. A password that was made is shown only this once.
simulate-real = This campaign is a real one; simulated answers may only be added where demonstration = true.
simulate-no-place = The campaign has neither counters nor invited persons; add some with sipas apply.
simulate-too-many = Cannot add { $wanted } answers: by the populations and the list of invitations only { $room } people have not answered yet.
simulate-planned = The campaign has not opened yet, so that it cannot have answers.
simulate-settled = The campaign has closed and its answers are shuffled; nothing can be added.
simulate-done = Added { $n } simulated answers to the campaign “{ $slug }”.
figures-unknown-campaign = There is no campaign “{ $slug }”.
figures-unknown-unit = The report has no unit “{ $unit }”.
figures-cannot-write = Cannot write the file { $path }: { $detail }.
figures-written = Wrote { $path }.
figures-breakdowns-withheld = There are no figures by field of procedure, way of filing, channel and counter: since they could be seen, answers were set aside or counted again, or populations changed, so that two reports beside each other could tell what a few people said.
figures-breakdowns-later = Figures by field of procedure, way of filing, channel and counter are given from { $day } on, when no more paper forms are taken, or as soon as results are published: until then answers come in.
figures-answers-erased = Single answers were deleted on { $day }, as those asked had been promised. This is the last report, kept as it was on that day.

# --- demo: the demonstration ---
demo-folder = Cannot make the folder { $path }: { $detail }.
demo-preparing = Preparing the demonstration province in { $path }…
demo-banner = DEMONSTRATION: all figures are made up by a machine; they are no results of a real survey.
demo-citizen = A citizen's questionnaire (scan or open it on a phone):
demo-kiosk = The tablet at a counter (code for staff to leave):
demo-official = An official's personal link (works once):
demo-raters = The link of a person who judges several units:
demo-staff = The Department's pages (account and password for this run):
demo-administrator = The administrator of accounts (account and password for this run):
demo-mail = Invitations caught instead of sent:
demo-stop = Press Ctrl+C to stop.

# --- admin: the Department's pages ---
admin-brand = Satisfaction survey
admin-menu = Account and language
admin-skip = Skip to content
admin-log-out = Log out
admin-login-title = Log in
admin-login-name = Account name
admin-login-password = Password
admin-login-button = Log in
admin-login-wrong = The account name or the password is wrong. Check them and try again.
admin-login-wait = Too many failed attempts. Wait { $seconds } seconds and try again.
admin-campaigns = Campaigns
admin-campaigns-caption = { $n } campaigns, the latest opening first
admin-campaign = Campaign
admin-phase = Status
admin-phase-planned = Not yet open
admin-phase-open = Open
admin-phase-closed = Closed
admin-period = Period
admin-answers = Answers
admin-answers-single = Single answers
admin-answers-until = Kept until the end of { $day } and then deleted, as those asked were promised. Figures and report stay.
admin-answers-erased = Deleted on { $day }, as those asked were promised. Figures and report stay.
admin-did-answers-erase = Single answers deleted at the end of their time
admin-turnout = { $answered } / { $invited } invited persons
admin-turnout-note = The number of persons who have answered is updated once a day and in steps, so that nobody knows who has just answered. Results open only after the campaign closes.
admin-results = Results
admin-report = Index report
admin-demonstration = Demonstration
admin-demonstration-note = A demonstration: the figures are made up by a machine; they are no results of a real survey.
admin-questionnaire = Questionnaire
admin-posters = Print QR codes: posters, stands, labels
admin-counters = { $n } counters
admin-counter = Counter
admin-unit = Unit
admin-address = Address
admin-poster = Print
admin-comments = Screening of comments
admin-comments-of = Screen comments ({ $n } to read)
admin-comments-note = No comment appears in a report before somebody has read and released it. The order is random. Marked words are guesses at names, telephone and identity numbers and addresses; some will be missed.
admin-comments-none = There is no comment here.
admin-comments-status = Status
admin-comments-waiting = To read
admin-comments-released = Released
admin-comments-withheld = Withheld
admin-comments-any = All
admin-comments-question = Question
admin-comments-filter = Filter
admin-comments-suspect = Something here may show who somebody is. Please cover it before releasing.
admin-comments-wait = Read again later
admin-comments-release = Release
admin-comments-withhold = Withhold
admin-comments-cover = Cover words
admin-comments-keep = Keep the decisions
admin-comments-rest = Keep, and release all others without marks
admin-comments-more = The next 50 comments
admin-cover-note = Covered words are replaced by […] and gone for good.
admin-cover-legend = Choose the words to cover
admin-cover-release = Cover and release
admin-cover-only = Cover only
admin-tablet = Tablet
admin-mail = Caught mails
admin-mail-note = The demonstration sends no mail. The invitations are here.
admin-mail-none = No mails yet.
admin-mail-to = To
admin-mail-from = From

# --- desk units: the tree of units ---
desk-units-unknown-parent = The unit above “{ $unit }”, “{ $parent }”, is neither in the file nor known. Mend the code or add that unit.
desk-units-round = These units are above each other in a circle: { $round }. Mend the unit above one of them.
desk-units-round-before = Before { $day } these units were above each other in a circle: { $round }. Mend the day or the unit above.
desk-units-ends-first = The last day of “{ $unit }” lies before its first. Mend one of them.
desk-units-parent-ends = The unit above, “{ $parent }”, ends on { $day }, but “{ $unit }” goes on. Move “{ $unit }” below another unit or end it on the same day.
desk-units-unknown-successor = The successor of “{ $unit }”, “{ $successor }”, is neither in the file nor known. Mend the code or add that unit.
desk-units-successor-without-end = “{ $unit }” has a successor but no last day. Give its last day, or no successor.
desk-units-successor-round = By its successors “{ $unit }” comes to lie below itself. Choose another successor.
desk-units-successor-ended = The successor of “{ $unit }”, “{ $successor }”, ends no later than “{ $unit }”. Choose a unit that goes on.
desk-units-in-use = Unit “{ $unit }” ends on { $day }, but the campaign “{ $campaign }” takes answers for it until { $last }. Close the campaign earlier, retire the unit's counters, or end the unit later.
desk-units-twice = Code “{ $code }” stands in row { $row } already. Each unit has one row.
desk-units-no-rows = There is no row below the headings.
desk-units-unknown-column = The column “{ $heading }” does not belong to a list of units and was not read.
desk-units-merged-cell = Merged cells: the value of the first one holds for every row that they span.
desk-units-not-a-day = “{ $text }” is no day. Write it as 01/07/2025 or 2025-07-01.
desk-units = Units
desk-units-purpose = The province's tree of units: campaigns, counters and reports all follow it.
desk-units-none = No units yet
desk-units-none-what = The quickest way is to paste a list from Word or Excel, or to choose a file. Everything is shown first: nothing is stored until it is confirmed.
desk-units-new-first = or add the first unit yourself
desk-units-import = Import a list
desk-units-new = Add a unit
desk-units-new-below = Add a unit below
desk-units-download-xlsx = Download the list (Excel)
desk-units-download-csv = Download the list (CSV)
desk-units-changes = Recent changes
desk-units-search = Search by name or code (diacritics are not needed)
desk-units-search-go = Search
desk-units-hits = { $n ->
    [one] One unit matches “{ $query }”
   *[other] { $n } units match “{ $query }”
 }
desk-units-hits-none = Try fewer words; diacritics are not needed.
desk-units-hits-more = Only the first { $n } are shown; type more.
desk-units-all = The whole tree
desk-units-count = { $n ->
    [one] One unit
   *[other] { $n } units
 }
desk-units-show-ended = { $n ->
    [one] Show one unit that has ended
   *[other] Show { $n } units that have ended
 }
desk-units-hide-ended = Hide units that have ended
desk-units-below = { $n ->
    [one] One unit below
   *[other] { $n } units below
 }
desk-units-below-of = { $name }
desk-units-merged-into = merged into { $name }
desk-units-from = from { $day }
desk-units-until = until { $day }
desk-units-from-until = { $first } – { $last }
desk-units-always = Unlimited
desk-units-done = { $n ->
    [one] The change is stored.
   *[other] { $n } changes are stored.
 }
desk-units-same = Everything was like that already; nothing was changed.
desk-units-undo = Undo
desk-units-undo-number = Undo number { $n }
desk-units-undone = Undone
desk-units-undo-later = This cannot be undone, since one of these units was changed again. Undo the later change first, or change the unit on its page.
desk-units-belongs = Unit “{ $unit }” cannot be removed: counters, populations, invitations, accounts or other units belong to it. End it instead.
desk-units-unit-purpose = One unit: what it belongs to, since when there is it, how it has changed.
desk-units-code = Unit code
desk-units-code-hint = Letters without diacritics, digits, “-”, “_”, “.”; used in files, and never changed later.
desk-units-code-fixed = The code cannot change: answers and files refer to it.
desk-units-code-taken = Code “{ $code }” belongs to another unit. Choose another one.
desk-units-name = Unit name
desk-units-kind = Kind
desk-units-kind-hint = A free word, but the same for the same kind: reports rank units of one kind. In use: { $kinds }
desk-units-parent = Unit above
desk-units-top = (none – at the top)
desk-units-validity = Exists
desk-units-valid-from = Exists since
desk-units-valid-from-hint = Such as 01/07/2025. Empty if the unit is older than this system.
desk-units-last = Last day
desk-units-last-hint = The unit works until the end of this day, such as 30/06/2025.
desk-units-successor = Successor
desk-units-successor-hint = After a merger: old results stay and can be viewed below the successor. None where a unit is split into several.
desk-units-successor-none = (none)
desk-units-edit = Change, move
desk-units-edit-title = Change { $name }
desk-units-edit-purpose = Change name, kind and the unit above. Reports of earlier campaigns stay as they are if this is a change from a day on.
desk-units-new-purpose = Add a unit to the tree. To add many at once, import a file.
desk-units-save = Save
desk-units-since = If name, kind or the unit above differ, this is
desk-units-since-hint = So that reports of earlier campaigns are right.
desk-units-since-change = A change from a day on
desk-units-since-change-hint = Before that day all reports show the old name and the old unit above.
desk-units-since-mistake = A mistake mended
desk-units-since-mistake-hint = It should always have been so; old reports show it, too.
desk-units-since-day = Change from
desk-units-since-day-missing = Give the day from which the change holds.
desk-units-since-missing = Choose: a change from a day on, or a mistake mended.
desk-units-day-hint = Such as 01/07/2025
desk-units-end = End, merge into another
desk-units-end-title = End { $name }
desk-units-end-purpose = For a unit that is dissolved or merged into another one.
desk-units-end-what = After its last day { $name } can no longer be chosen for new campaigns.
desk-units-end-what-answers = Answers, and reports of earlier campaigns, stay as they are.
desk-units-end-what-counters = If a campaign still takes answers for the unit after that day, this is refused, and you are told which.
desk-units-end-what-undo = It can be undone on the page “Recent changes”.
desk-units-end-go = End the unit
desk-units-below-to = { $n ->
    [one] Move the unit below to
   *[other] Move the { $n } units below to
 }
desk-units-below-to-hint = From the day after the last one. Earlier reports still show them below the old unit.
desk-units-confirm-code = Type the code { $code } to confirm.
desk-units-resume = Remove the last day: the unit goes on
desk-units-merge = Merge other units into this one
desk-units-merge-title = Merge other units into { $name }
desk-units-merge-purpose = Merges several units at once: those chosen end on the same day and have this unit as their successor.
desk-units-merge-last = Last day of the units that are merged
desk-units-merge-near = Units below the same unit
desk-units-merge-far = Other units ({ $n })
desk-units-merge-far-legend = Other units that are merged
desk-units-merge-what = From the next day on, what lies below the chosen units lies below { $name }. Answers and old reports stay below the old units, and can be viewed together below { $name }. This can be undone.
desk-units-merge-go = Merge
desk-units-merge-none = Choose at least one unit.
desk-units-merged = { $n ->
    [one] One unit was merged into this one
   *[other] { $n } units were merged into this one
 }
desk-units-merged-what = Their old results stay in the report of each campaign.
desk-units-past = Name and unit above through time
desk-units-period = Period
desk-units-changes-purpose = The latest changes to the tree; each can be undone as long as nobody has changed the same units since.
desk-units-changes-caption = The latest first
desk-units-changes-none = No changes yet
desk-units-changes-none-what = Each addition, change, move, merger and import appears here.
desk-units-when = When
desk-units-who = Who
desk-units-what = Unit
desk-units-and-others = { $n ->
    [one] and one other
   *[other] and { $n } others
 }
desk-units-import-purpose = Add or change many units at once: paste a list or choose a file. The next step shows what would change; nothing is stored until it is confirmed.
desk-units-file = Or choose a file (.xlsx, .csv)
desk-units-file-hint = At most 5 MB and 20,000 rows. Units that are not in the file stay as they are; a unit above may come later in the file.
desk-units-file-missing = Choose a file.
desk-units-import-since = If name, kind or the unit above of a known unit differ, this is
desk-units-import-since-hint = So that reports of earlier campaigns are right. It makes no difference to new units.
desk-units-import-preview = Preview
desk-units-example = What a list looks like
desk-units-example-codes = Names are enough: kinds left empty are taken from their first words, codes left empty are made from the names, and what names no unit above lies below the province. Codes may be your own or the official ones: plain letters, figures, dots, hyphens; no two alike, and never changed later.
desk-units-example-top = gl | Tỉnh Gia Lai | tỉnh |
desk-units-example-department = snv | Sở Nội vụ | sở | gl
desk-units-example-commune = x01 | UBND xã An Bình | xã | gl
desk-units-template-title = Template
desk-units-template-what = Rows marked “(Example)” are not imported. A downloaded list can be used too: change it and import it again.
desk-units-template = Download the template (Excel)
desk-units-sheet = Units
desk-units-sheet-help = Help
desk-units-help-code = Unique. Letters without diacritics, digits, “-”, “_”, “.”. Left empty, it is made from the name. It never changes: another code is another unit.
desk-units-help-name = Needed. The official name.
desk-units-help-kind = Left empty, it is taken from the first word of the name. The same word for the same kind: province, department, district, commune, one-stop…
desk-units-help-parent = Code or name of the unit above; it may come later in the file. A row with a code and nothing here is at the top; a row without a code lies below the province.
desk-units-help-from = May be empty. The first day of the unit, such as 01/07/2025.
desk-units-help-to = May be empty. The last day of the unit, such as 30/06/2025.
desk-units-help-successor = May be empty. Code of the unit that this one was merged into; needs a last day.
desk-units-rows-wrong = { $n ->
    [one] One thing in the file needs mending. Nothing was stored; mend it and choose the file again.
   *[other] { $n } things in { $rows } rows of the file need mending. Nothing was stored; mend them and choose the file again.
 }
desk-units-faults = To mend in the file ({ $n })
desk-units-faults-caption = Rows and columns as in Excel
desk-units-place = Place
desk-units-mend = What to mend
desk-units-more-rows = and { $n } more rows
desk-units-preview = Preview
desk-units-preview-purpose = What the file “{ $file }” would change. Nothing is stored until you confirm at the end of the page.
desk-units-import-other = Another list
desk-units-import-changed = Somebody changed the tree of units meanwhile, so nothing was stored. Below is what the file would change now; look again and confirm once more.
desk-units-guessed = The file does not say its encoding and was read as Windows-1258. Look whether the names below are right; if not, save the file as “CSV UTF-8” or .xlsx.
desk-units-fact-added = Added
desk-units-fact-changed = Changed
desk-units-fact-same = Same
desk-units-fact-absent = Not in the list
desk-units-absent-stay = Units that are not in the list stay as they are. To end one, give its last day in a file or on its page.
desk-units-notes = Please note ({ $n })
desk-units-kinds-alike = The kind “{ $other }” is written otherwise than “{ $one }” in row { $row }, and so is another kind. If they are the same, please write them alike.
desk-units-cell-empty = “{ $column }” is missing.
desk-units-alike = The code “{ $other }” differs from “{ $one }” in row { $row } by small and large letters alone; the two are different units.
desk-units-nothing-changes = The tree is as the file says; nothing changes.
desk-units-back = Back to the tree
desk-units-group-ended = Ended or merged: { $n }
desk-units-group-moved = Moved: { $n }
desk-units-group-renamed = Renamed: { $n }
desk-units-group-other = Days changed: { $n }
desk-units-group-added = Added: { $n }
desk-units-row = Row
desk-units-change = Change
desk-units-import-add = Confirm: add { $n } units
desk-units-import-go = { $n ->
    [one] Confirm: store one change
   *[other] Confirm: store { $n } changes
 }
apply-not-a-day = { $moment } is no day; write a day without a time, such as 2025-07-01.

# --- access: permissions, accounts, audit log ---
access-menu = Main menu
access-menu-campaigns = Surveys
access-ended = Your session has ended. Please log in again.
access-home = Your page
access-home-no-unit = Your account is not bound to a unit yet. Please ask the province's administrator to bind it.
access-home-nothing = There is nothing here yet.
access-role-administrator = Province administrator
access-role-manager = Survey manager
access-role-officer = Unit officer
access-role-viewer = Viewer of published results
access-role-auditor = Auditor
access-menu-audit = Log
access-audit = Audit log
access-audit-purpose = Who did what, when, from where. The log only grows; nobody can change or remove single entries, and sipas doctor checks that. What is too old to keep is removed by the server, which the log tells.
access-audit-file = Download as CSV
access-audit-none = No entry matches. Try fewer conditions.
access-audit-caption = { $n } entries, the newest first; time of Vietnam
access-audit-number = No.
access-audit-when = When
access-audit-utc = When (UTC)
access-audit-who = Who
access-audit-origin = From where
access-audit-what = What
access-audit-code = Code
access-audit-object = Object
access-audit-values = Details
access-audit-show = Show
access-audit-old = Before
access-audit-new = After
access-audit-hash = Hash
access-audit-older = Older entries
desk-audit-newest = The { $n } newest entries, older ones are on the next page; time of Vietnam
desk-audit-archived = Archived
desk-audit-opened = open { $path }
desk-audit-posted = send a form to { $path }
desk-audit-by-link = by a one-time link
desk-audit-title = Title
desk-audit-state = State
desk-audit-opens = Opens
desk-audit-closes = Closes
desk-audit-target = Target
desk-audit-minimum = Fewest answers to publish
desk-audit-previous = Previous campaign
desk-audit-demonstration = Trial run
desk-audit-languages = Languages
desk-audit-definition = Questionnaire
desk-audit-version = Version
desk-audit-form = Form
desk-audit-notice = Notice
access-audit-any = Everything
access-audit-from = From
access-audit-until = Until the end of
access-audit-filter = Filter
access-audit-command = { $user } (command line)
access-audit-stranger = Somebody not logged in
access-kind-session = Log-ins and sessions
access-kind-access = Denied access
access-kind-account = Accounts
access-kind-unit = Units
access-kind-campaign = Campaigns
access-kind-counter = Counters
access-kind-link = Personal links
access-kind-comment = Comments
access-kind-report = Reports
access-kind-paper = Paper forms
access-kind-audit = Audit log
access-kind-apply = Declarative files
access-kind-definition = Questionnaires
access-kind-logo = Logo
access-kind-responses = Imported answers
access-kind-reminder = Reminders
access-did-session-begin = Log-in
access-did-session-end = Log-out
access-did-session-refuse = Failed log-in
access-did-session-refuse-sso = Single sign-on refused
access-did-account-sso = Linked an account with the single sign-on
access-did-session-alarm = Alarm: many failed log-ins
access-did-session-revoke = Session ended
access-did-access-deny = Denied: no permission
access-did-access-outside = Denied: outside the own unit
access-did-account-add = Account added
access-did-account-invite = User invited
access-did-account-change = Account changed
access-did-account-disable = Account disabled
access-did-account-enable = Account enabled
access-did-account-password = Password set
access-did-account-link = Link to set a password made
access-did-apply-change = Declarative files applied
access-did-campaign-simulate = Demonstration answers made
access-did-link-make = Personal links made
access-did-link-reissue = Personal links made again
access-did-link-mail = Links sent by e-mail
access-did-mail-remind = Invited persons reminded
access-did-mail-stop = Waiting mails stopped
access-did-mail-retry = Mail server tried again
access-did-mail-schedule = Schedule of reminders to invited persons changed
access-did-mail-words = Words of mails changed
access-did-mail-test = Mail sent to oneself
access-did-comment-decide = Comments screened
access-did-comment-cover = Words of a comment covered
access-did-report-export = Report downloaded
access-did-audit-export = Audit log downloaded
access-did-campaign-create = Campaign made
access-did-campaign-change = Campaign changed
access-did-campaign-open = Campaign opened
access-did-campaign-pause = Campaign paused
access-did-campaign-resume = Campaign resumed
access-did-campaign-close = Campaign closed
access-did-campaign-archive = Campaign archived
access-did-campaign-unarchive = Campaign taken out of the archive
access-did-campaign-delete = Draft of a campaign deleted
access-did-counter-replace = Code of a counter replaced
access-did-counter-add = Counters added
access-did-counter-change = Counters changed or retired
access-did-unit-change = Units changed
access-did-definition-keep = Questionnaire kept
access-did-definition-remove = Questionnaire removed
access-did-logo-change = Logo changed
access-did-paper-print = Paper forms printed
access-did-paper-count = Paper form keyed in
access-did-paper-twice = Way of keying paper forms changed
access-did-responses-import = Answers imported from a file
access-did-reminder-send = Units reminded
access-did-reminder-weekly = Units reminded by schedule
access-did-reminder-schedule = Schedule of reminders changed
access-did-account-second-factor-set = Second factor set up
access-did-account-second-factor-change = Second factor changed
access-did-account-second-factor-remove = Second factor removed
access-did-account-recovery-codes = Recovery codes made anew
doctor-no-database = There is no database at { $path }; check SIPAS_DATABASE_URL.
doctor-schema = the schema is that of this version
doctor-faults = { $n } faults; see the lines that begin with fault.
doctor-well = No faults.
doctor-head-usage = “{ $text }” is no NUMBER:HASH as sipas doctor prints it.
doctor-https = { $url }
doctor-no-https = { $url } is not HTTPS: passwords and answers cross the network unprotected
doctor-proxies = { $n } trusted proxies
doctor-no-proxies = SIPAS_TRUSTED_PROXIES is not set: behind a proxy all users would share one address
doctor-mail = a mail server is set
doctor-no-mail = SIPAS_SMTP_URL is not set: no mail can be sent
doctor-mail-tls = Mail is encrypted on its way to the mail server, or the mail server is this machine.
doctor-mail-open = Mail goes to the mail server unencrypted; take ?tls=none out of SIPAS_SMTP_URL.
doctor-dkim = Mail is signed (DKIM); the DNS must have this TXT record: { $name } "{ $value }"
doctor-no-dkim = Mail is not signed (DKIM) and easily taken for junk; set SIPAS_DKIM_KEY, unless the mail server signs for { $domain }.
doctor-no-dkim-needed = Mail is only kept in a folder and needs no signature.
doctor-disk = { $percent } % free
doctor-disk-full = only { $percent } % free
doctor-key = only its owner can read the key file
doctor-key-open = others can read the key file (mode { $mode }); set it with chmod 600
doctor-integrity = file, references, column segments and used links agree
doctor-ill-file = SQLite: { $detail }
doctor-ill-reference = table { $table } has a row that points to one that is gone
doctor-ill-segment = campaign { $slug }: a column segment does not agree with the sheets; empty the table segment and the server builds it again
doctor-ill-links = campaign { $slug }: there are not as many answers by link as used links
doctor-ill-counts = campaign { $slug }: { $counted } answer sheets were counted as they were stored, { $stored } are there now for those days and counters
doctor-no-checksums = PostgreSQL runs without data_checksums: a failing disk may go unnoticed
doctor-accounts = { $n } usable administrators
doctor-no-administrator = there is no usable administrator; add one: sipas user add NAME --role administrator
doctor-audit = { $n } entries, the chain is whole; head { $head }
doctor-audit-empty = the log is empty although there are accounts
doctor-audit-missing = entry { $number } was removed or moved
doctor-audit-changed = entry { $number } was changed or moved
doctor-audit-head = the newest entries were cut off, or the head was changed
doctor-head-holds = entry { $number } is as it was noted
doctor-head-gone = entry { $number } is not as it was noted: the log was replaced
access-menu-accounts = Accounts
access-accounts = Accounts
access-accounts-purpose = Who may enter the staff pages, in which role and for which unit.
access-accounts-caption = { $n } accounts
access-account-purpose = Another role, unit or end signs this account out everywhere and ends its access tokens.
access-account-save = Save
access-account-saved = Saved.
access-account-disabled = The account is disabled; all its sessions have ended.
access-account-enabled = The account is enabled again.
access-account-sessions = Sessions
access-account-sessions-ended = The session has ended.
access-account-link = Link to set a password
access-account-link-reset = Have they forgotten the password? The link works once, for 30 minutes; it does not switch the second factor off.
access-account-link-invitation = They have not set a password yet. A new link works once, for 3 days, and ends the old one.
access-account-link-make = Make a link
access-account-enable = Enable the account
access-account-disable = Disable the account
access-account-disable-what = This person can no longer enter, is signed out at once, and all access tokens end. The log and what they did stay. The account can be enabled again; tokens have to be made anew.
access-invite = Invite a user
access-invite-purpose = Makes an account and a one-time link with which the invited person sets a password.
access-invite-make = Make account and link
access-link-made = One-time link
access-link-invitation = Please give this link to whoever will use the account { $name }. It works once, for 3 days.
access-link-reset = Please give this link to whoever uses the account { $name }. It works once, for 30 minutes.
access-link-once = The link is shown this once. Whoever has it can set the password, so give it to the right person only.
access-link-next = To the account { $name }
access-link-title = Set a password
access-link-purpose = Sets the password of the account { $name }. This link works once.
access-link-gone = The link cannot be used
access-link-gone-what = It has been used, has run out or is wrong. Please ask the province's administrator for a new one.
access-setup-title = Set up the system
access-setup-purpose = Makes the first account, a province administrator. This link works once.
access-password-new = New password
access-password-again = New password again
access-password-hint = At least { $n } characters; a long sentence is easy to remember. Spaces and Vietnamese are fine.
access-password-set = Set the password
access-password-present = Present password
access-password-wrong = The present password is wrong.
access-password-differs = The two are not the same.
access-password-guessable = The password is too easy to guess; choose a long sentence.
access-password-done = The password is set
access-password-done-what = You can log in with the new password now.
access-name = Login name
access-name-hint = 2 to 64 small letters without marks, digits and . _ - @, for example nguyenvanan; it cannot be changed later.
access-name-taken = There is an account of this name; choose another one.
access-full-name = Full name
access-text-wrong = Please write fewer than 200 characters.
access-email = E-mail
access-email-wrong = Please enter an address such as an@binhdinh.gov.vn.
access-role = Role
access-role-wrong = Please choose a role.
access-hint-administrator = Accounts, settings, log. Reads no comments and no single answers.
access-hint-manager = Units, campaigns, counters, lists of invited persons, comments.
access-hint-officer = Reads only, one unit and those below it; may key the paper forms printed for their counters.
access-hint-viewer = Reads published results only.
access-hint-auditor = Reads the log only.
access-unit-hint = Officers must have one; administrators, managers and auditors have none.
access-unit-nothing = Bound to no unit
access-unit-needed = A unit officer must be bound to a unit.
access-unit-none = This role is not bound to a unit.
access-unit-unknown = There is no such unit.
access-expires = Last day of use
access-expires-hint = For example 31/12/2026. Empty if there is no end.
access-expires-wrong = The last day of use has passed. Please write a day from today on.
access-own-rights = Nobody changes the own role, unit or end, or disables the own account; please ask another administrator.
access-last-administrator = This is the last usable administrator; add another one first.
access-confirm-wrong = That is not the name; the account was not disabled.
access-state = State
access-state-usable = Usable
access-state-until = until { $day }
access-state-invited = No password yet
access-state-disabled = Disabled
access-state-expired = Expired
access-second-factor = Second factor
access-account-lost-factor = take it away if the telephone is lost
access-own-second-factor = Set up, change or remove the second factor
access-yes = Yes
access-no = No
access-own = My account
access-own-purpose = Your password, your sessions and your access tokens.
access-own-password = Change the password
access-own-password-set = Change the password
access-own-password-done = The password has changed; your other sessions and all access tokens have ended.
access-own-sessions = Sessions
access-own-sessions-done = The session has ended.
access-sessions = { $n } open sessions
access-sessions-none = No session is open.
access-session-device = Browser
access-session-unknown = Unknown
access-session-address = Network address
access-session-begun = Begun
access-session-seen = Last used
access-session-end = End
access-session-this = This session
access-sessions-end-others = Sign out everywhere else
access-sessions-end-all = End all sessions

# --- Access tokens of programs (/admin/toi/ma-truy-cap) ---------------------------------------------

token-title = Access tokens for programs
token-purpose = A token lets a program of yours read figures through the API, in place of name and password.
token-own-what = For another program (the province's dashboard, R, Excel) that fetches figures by itself.
token-own-link = Make, see or revoke access tokens
token-account-what = Programs with these tokens read exactly what the account may read at the moment. When one is revoked, its program stops at once.
token-none-for-role = This role has nothing to read through the API
token-none-for-role-what = Published results can be read by everybody without a token: /api/v1/publications.
token-new = A new token
token-name = Name
token-name-hint = Which program uses it, and where it is kept. For example: Dashboard of the People’s Committee.
token-name-wrong = Please name the token, in { $most } characters at most.
token-scopes = May read
token-scopes-hint = Choose only what the program needs. A token never reads more than the account.
token-scopes-wrong = Please choose at least one.
token-scope-campaigns = Campaigns
token-scope-units = Units
token-scope-counts = Numbers of answers
token-scope-reports = Index reports
token-scope-exports = De-identified answer sheets
token-days = Works for
token-days-for = { $n } days
token-days-hint = After that make a new one; none can be prolonged.
token-days-wrong = A token works for 1 to { $most } days.
token-code-wrong = The current code is wrong or was used before. Please wait for a new one on the telephone and type it again.
token-not-fresh = Please log out, log in again through the single sign-on and make the token within 10 minutes, so that it is certain that it is you.
token-too-many = The account has { $most } tokens. Please revoke one that is no longer used first.
token-make = Make the token
token-made-title = A new access token
token-made = The token “{ $name }” is made.
token-once = The token is shown this once. Copy it now to where the program keeps its secrets; whoever has it reads as you do. Do not send it by e-mail or chat.
token-how = The program sends it in the header “Authorization”, never in the address:
token-kept = I have copied it
token-caption = { $n ->
    [one] { $n } token
   *[other] { $n } tokens
}
token-made-on = Made on
token-until = Works until
token-over = Over
token-used = Last used
token-never = Never
token-revoke = Revoke
token-revoked = The token is revoked; its program can read nothing any more.
token-did-make = Access token for a program made
token-did-revoke = Access token revoked
token-did-refuse = Wrong access token
token-role-lacks = The account’s role may not read one of these.
token-unknown = The account has no access token with the id “{ $id }”.
token-audit-ended = Access tokens ended
token-audit-name = Access token

serve-set-up = There is no account yet. Open the link below to make the first administrator; it works once, for an hour.
user-needs-unit = A unit officer must be bound to a unit; add --unit CODE.
user-no-unit = This role is not bound to a unit; leave out --unit.
# --- Lists of invited persons ---------------------------------------------------------------------

lists-at-counters = This campaign invites nobody
lists-at-counters-what = This campaign asks at counters. With personal links beside, one person could answer twice, and the results would no longer be of those who came. To invite people, please make a campaign with a questionnaire for officials.
lists-tab = Invited persons
lists-kind = List of invited persons
lists-did-change = Changed the list of invited persons
lists-purpose = Those who get a personal link of this campaign: import the list, correct addresses, withdraw persons.
lists-none = Nobody is invited yet
lists-none-what = This campaign invites nobody by a personal link yet. Import a list from an Excel file, or add persons one by one.
lists-import = Import a list
lists-add = Add a person
lists-never-who = This page does not tell who has answered.
lists-kept-until = The list is deleted { $n } days after the campaign closes, from { $day } on.
lists-erased-on = The list of invited persons was deleted on { $day }. Only the numbers of those invited and of those who answered are left.
lists-erased = The list of invited persons of the campaign “{ $slug }” was deleted and cannot be written again; take the “campaign.invitation” entries of this campaign out.
lists-all = All: { $n }
lists-by-letter = No e-mail address: { $n }
lists-nowhere = No address at all: { $n }
lists-find = Find by name, office, unit, address
lists-caption = { $n ->
    [one] { $n } person
   *[other] { $n } persons
}
lists-person = Invited person
lists-group = Group
lists-reached = Sent to
lists-no-address = No address yet
lists-edit = Edit
lists-withdraw = Withdraw
lists-withdraw-this = Withdraw this person
lists-name = Name
lists-title = Office
lists-title-hint = As printed on letters, for example: Deputy Director.
lists-unit-hint = The unit that the person works for.
lists-email = E-mail
lists-email-hint = Empty for a letter. Correcting an address that was written to ends the old link; the next mailing sends a new one.
lists-address = Postal address
lists-address-hint = Printed on letters and labels: house, street, commune, province.
lists-fixed = The campaign has begun, so this cannot change any more. If it is wrong, withdraw the person and add them again.
lists-choose = – Choose –
lists-name-missing = Enter the name.
lists-unit-missing = Choose the unit.
lists-person-purpose = Used to send the invitation only; it never goes with the answers.
lists-person-there = { $name } is on the list already, with the code { $code }. If these are two persons of one name, enter e-mail addresses for both.
lists-withdraw-title = Withdraw { $name }?
lists-withdraw-link = This person’s link and code will no longer work.
lists-withdraw-counted = The campaign has begun, so this person stays counted as invited, without name and address. So nobody learns whether they have answered; answers that were sent, if any, still count.
lists-withdraw-gone = Name and address are removed from the list; there is one invited person fewer.
lists-withdraw-closed = The campaign has closed, so nobody can be withdrawn any more; the list will be deleted in time.
lists-import-purpose = Choose an Excel or CSV file and look at what it would change; nothing is saved yet.
lists-file-hint = It needs the columns “name” and “unit” (code or name); “title”, “email”, “address” are useful. Persons who are not in the file stay as they are.
lists-file-hint-groups = It needs the columns “name”, “unit” and “group” (code or name); “title”, “email”, “address” are useful. Persons who are not in the file stay as they are.
lists-template-title = No file yet?
lists-template-what = Download a template with the columns and what they mean, fill it in, and import it here.
lists-rows-wrong = { $n ->
    [one] { $n } thing in the file needs mending; nothing was saved.
   *[other] { $n } things in the file need mending; nothing was saved.
}
lists-import-changed = While you were looking, somebody else changed the list. This is what would change now; look at it again, then confirm.
lists-others-stay = Persons who are not in the file stay as they are. Importing the same file again adds nobody.
lists-nothing-changes = The list is like this file already; nothing changes.
lists-back = Back to the list
lists-group-changed = Changed: { $n }
lists-import-go = { $n ->
    [one] Save { $n } change
   *[other] Save { $n } changes
}
lists-no-rows = The file has headings but no rows.
lists-code-twice = The code “{ $code }” is in row { $row } already.
lists-email-twice = The e-mail address { $email } is in row { $row } already; each person needs their own.
lists-name-twice = { $name } is in row { $row } already. If these are two persons of one name at one unit, give each a “code” of their own.
lists-email-taken = The e-mail address { $email } belongs to { $name } (code { $code }). If it is the same person, put this code into the column “code”.
lists-same-name = { $name } is also at { $unit }. Please check: each person is invited once.
lists-maybe-same = “{ $name }” may be “{ $other }” at the same unit (only the diacritics differ). If it is one person, leave one row out.
lists-unit-unknown = There is no unit “{ $unit }”, or several have this name; use the unit’s code.
lists-group-unknown = There is no group “{ $group }”. The groups of this campaign: { $all }.
lists-no-groups = This campaign has no groups; leave “{ $group }” empty, or add groups first.
lists-sheet = Invited persons
lists-help-code = Optional. The list’s own code, such as cb-001; needed where two persons have one name. Empty: it is made up.
lists-help-name = Needed. With or without forms of address.
lists-help-title = The office as printed on letters.
lists-help-unit = Needed. Code or name of the unit, as in the list of units.
lists-help-group = Needed. One of: { $all }.
lists-help-email = E-mail address, one for each person. Empty for a letter.
lists-help-address = The address printed on letters and labels.
lists-code-title = Enter the code from your letter
lists-code-what = The code has 10 characters and is printed on your invitation. Capitals, dashes and blanks do not matter.
lists-code-label = Code on the letter
lists-code-go = Open the form
lists-code-missing = Enter the code that is printed on your invitation.
lists-code-mistyped = Wrong code. Please compare each character with the letter: codes have no digits 0 and 1 and no letters I, L, O.
lists-code-unknown = This code is no longer in use. If you got a newer letter, use the code on that one; if not, please ask the office that sent it.
lists-code-slow = Too many codes are being entered from this network. Please wait ten seconds and press again; what you typed is still in the field.
lists-did-erase = Deleted the list of invited persons
lists-did-export = Made links for letters or other channels
lists-code-alarm = { $n ->
    [one] { $n } network typed more than 30 wrong codes today and was slowed down. Unless many people mistyped theirs, please tell whoever runs the system.
   *[other] { $n } networks typed more than 30 wrong codes today and were slowed down. Unless many people mistyped theirs, please tell whoever runs the system.
}
lists-letter = Letter
lists-links = Letters and links
lists-links-purpose = Print letters with a QR code and a short code, or download the list of links to send them yourself.
lists-links-who = For whom
lists-links-who-hint = The number of persons is in brackets.
lists-links-letter = Persons without an e-mail address ({ $n })
lists-links-all = Everybody ({ $n })
lists-links-what = What to make
lists-links-letters = Letters (PDF)
lists-links-letters-hint = A page of A4 for each person, the address in the window of a DL envelope, with a QR code and a short code to type at /m.
lists-links-xlsx = List of links (Excel)
lists-links-xlsx-hint = A row for each person with the link and the short code, to be sent by channels of your own.
lists-links-csv = List of links (CSV)
lists-links-ends = Once made, links and codes that these persons got before no longer work; only the new ones do, and they get no more reminders by e-mail. The links are in this file and nowhere else.
lists-links-everybody = The file has everybody who is chosen, also those who have answered, so that it tells nobody who did. Who has answered sees on the new link that it was used.
lists-links-sure = I understand: older links will end
lists-links-sure-hint = Keep the file as you would keep private letters: who has a link can answer with it. Delete it when everything is sent.
lists-links-make = Make and download
lists-links-what-missing = Choose letters or a list.
lists-links-nobody = Nobody is among those chosen.
lists-links-many = At most { $most } letters at a time; choose groups or units one by one.
lists-links-closed = The campaign has closed, so no links are made any more.
lists-links-not-sure = Please tick that you understand that older links will end.
lists-links-changed = Somebody else has just changed the list, so nothing was made; please press again.
lists-links-code = Code
lists-links-link = Personal link
lists-links-short = Short code
lists-links-once = Each link is for one person and one answer. This list cannot be shown again; making it again ends these links.
lists-labels = Address labels
lists-labels-title = Address labels
lists-labels-what = 21 labels on a page of A4 (63.5 × 38.1 mm). They have no links, so that they may be printed again.
lists-labels-letter = Labels for persons without e-mail
lists-labels-all = Labels for everybody
lists-letter-title = Invitation
lists-letter-qr = QR code of the recipient’s form
lists-letter-dear = Dear { $name },
lists-letter-dear-said = Dear { $name },
lists-small = { $n ->
    [one] { $n } small group
   *[other] { $n } small groups together
}
lists-letter-dear-all = Dear Sir or Madam,
lists-letter-invite = { $sender } kindly asks you to answer “{ $title }”. It takes about { $minutes } minutes and is open until { $until }.
lists-letter-invite-several = { $sender } kindly asks you to answer the survey “{ $title }” about several units. Answering about each takes about { $minutes } minutes; the survey is open until { $until }.
lists-letter-scan = Scan the code with your telephone’s camera to open the form.
lists-letter-or = Or open
lists-letter-enter = and enter the code:
lists-letter-once = This code is yours alone and sends one form; please do not pass it on. Codes of earlier letters, if any, no longer work.
lists-letter-safe = Answers are stored apart, without name, code or time; nobody can see what you answered.
lists-letter-followed = Whoever runs the survey is told who has not answered yet, to remind them, but neither what anybody answered nor when.
lists-letter-not-followed = Whoever runs the survey knows how many have answered, not who.
lists-letter-deleted = The mailing list is deleted { $n } days after the survey closes.
lists-letter-thanks = Thank you.
lists-erase = Delete the list
lists-erase-what = { $n ->
    [one] Name, office, e-mail, address, link and code of { $n } person will be deleted.
   *[other] Names, offices, e-mails, addresses, links and codes of { $n } persons will be deleted.
}
lists-erase-stays = The numbers of those invited and of those who answered stay for each group; the report does not change.
lists-erase-undo = This cannot be undone. Backups made before today still have the list; delete them as your rules say.
lists-erase-nothing = There is no list left to delete.
lists-erase-not-yet = A list can be deleted once the campaign has closed and its answers have been counted.
lists-progress = Progress by group
lists-progress-purpose = How many of those invited have answered in each group, beside the plan.
lists-progress-steps = Until the campaign closes, numbers change once a day and in steps of { $n } persons, so that nobody can tell who has just answered.
lists-progress-caption = Persons who have answered
lists-invited = Invited
lists-planned = Planned
lists-answered = Answered
lists-rate = Rate
lists-below = below { $n }
lists-follow = Following participation
lists-follow-no = No: numbers only (recommended)
lists-follow-no-hint = Nobody in the office learns who has answered; reminders still go only to those who have not.
lists-follow-yes = Yes: this page names those who have not answered
lists-follow-yes-hint = Invitations and the questionnaire will say so; nobody learns what was answered, or when. This cannot change once the campaign has opened.
lists-follow-late = The campaign has opened; those invited were told how they are followed, so this can no longer change.
lists-not-followed = This campaign counts only: it does not name who has answered, as those invited were told.
lists-absent = Not answered yet: { $n }
lists-absent-what = Those invited were told that the organisers know who has not answered. Nobody knows what others answered, or when.
lists-followed-note = Those who have not answered are named on the progress page, as the invitations say.
lists-did-follow = Turned following of participation on
lists-did-unfollow = Turned following of participation off
lists-few = This campaign invites { $n } so far; it takes at least { $least } for answers to be anonymous.
lists-notice-followed = The organisers are told who has not answered yet, to remind them, but neither what anybody answered nor when.
lists-notice-counts = The organisers see how many have answered, not who; the software sends reminders by itself.
lists-done-listed = { $n ->
    [one] { $n } change of the list saved.
   *[other] { $n } changes of the list saved.
}
lists-done-person = Saved.
lists-done-withdrawn = Withdrawn.
lists-done-erased = { $n ->
    [one] The list of { $n } person is deleted.
   *[other] The list of { $n } persons is deleted.
}
lists-done-followed = Participation is followed from now on; invitations and the questionnaire will say so.
lists-done-unfollowed = Participation is not followed.

# --- tabular: lists as files (CSV, XLSX) ---
tabular-place = row { $row }, column { $column }
tabular-row = row { $row }
tabular-formula = This cell is a formula. Paste it again as a value (Paste Special → Values) and save the file.
tabular-error-value = This cell is an error of the spreadsheet (such as #N/A). Mend the formula or type the value.
tabular-empty = The file has no content.
tabular-too-large = The file is larger than { $most } MB. Keep only the list to import, without pictures and other sheets.
tabular-too-many-rows = The file has more than { $most } rows. Split it, or delete the rows that are not needed.
tabular-too-many-columns = Row { $row } has content in more than { $most } columns. Delete the columns that are not needed.
tabular-long-cell = The cell at { $place } is longer than { $most } KB. Shorten it.
tabular-too-much-text = The file unfolds to too much content. Copy the list to import into a new file.
tabular-not-workbook = The file is not an Excel workbook (.xlsx). Open it in Excel or LibreOffice and save it as .xlsx or CSV.
tabular-not-text = The file is not CSV text. Open it in Excel or LibreOffice and save it as .xlsx or “CSV UTF-8”.
tabular-other-kind = Only .xlsx and .csv files are read. Open the file in Excel or LibreOffice and save it as one of them.
tabular-old-excel = The file is in the old Excel format (.xls). Open it in Excel and save it as “Excel Workbook (.xlsx)”.
tabular-encrypted = The file is protected by a password. Remove the password and save it again.
tabular-macros = The file holds macros. Save it as an “Excel Workbook (.xlsx)” without macros.
tabular-damaged = The file is damaged, or no spreadsheet program made it. Open it in Excel or LibreOffice and save it again.
tabular-no-heading = There is no heading row with all of these columns: { $columns }. The template file shows the headings.
tabular-heading-twice = Heading row { $row }: columns { $one } and { $other } mean the same. Remove one.
# --- desk: parts of the forms that staff fill in ---
desk-form-steps = Steps
desk-form-faults = { $n ->
    [one] One thing needs mending; nothing was saved
   *[other] { $n } things need mending; nothing was saved
 }
desk-form-faults-choice = { $n ->
    [one] One thing needs mending
   *[other] { $n } things need mending
 }
desk-form-meanwhile = This has just been changed elsewhere
desk-form-meanwhile-what = By somebody else, or by yourself in another window. Nothing was saved, and what you typed is still below. What was changed there stands beside it. Please look and save again.
desk-form-theirs = Changed elsewhere to: { $now }
desk-form-theirs-both = Changed elsewhere to: { $now }. The field holds what you typed; saving again keeps that.
desk-form-nothing = (empty)
desk-form-optional = (may be left empty)
desk-form-day = Day
desk-form-time = Time
desk-form-cancel = Cancel
desk-form-confirm = To confirm, type: { $name }

# Page: who judges what
raters-title = Who judges what
raters-purpose = Everybody invited belongs to one group and judges the group's units in one sitting; nobody judges the own unit.
raters-none = This campaign has no groups yet: everybody invited answers one form. Invited persons need a group when their list is brought in.
raters-now = Groups as they are
raters-units = Units judged
raters-forms = Forms
raters-groups = Groups
raters-groups-hint = A line for each group: code; name; weight. Give all groups a weight or none (then they combine by number invited). Example: members; Council members; 0.4
raters-assignments = Which group judges which units
raters-assignments-hint = A line each: code of the group; units; form. Units by their codes, with commas between; all units of a kind as { $kinds }. Forms: { $forms }; left out, the campaign's. Example: members; *department, snv; agency
raters-by-lines = Write it, or paste from a spreadsheet
raters-name = Name of the group
raters-name-hint = For example: members of the People’s Council. Leave it empty to add none.
raters-name-gone = Delete the name and save to remove the group.
raters-weight = Weight
raters-weight-hint = For example 0.4. For all groups or for none; without weights groups count by how many are invited.
raters-add = Add a group
raters-judges = This group judges:
raters-not-judged = Not judged
raters-kind = { $kind } ({ $n } units)
raters-kind-province = Province
raters-kind-department = Departments
raters-kind-district = Districts
raters-kind-commune = Communes
raters-kind-one-stop = One-stop shops
raters-kind-council = Councils
raters-kind-council-group = Groups of council members
raters-next = Next: the invited persons
raters-more = Choose single units
raters-more-hint = Names or codes of units, between semicolons, in whatever case.
raters-more-by = Judged by the form: { $form }
raters-no-unit = No unit is called “{ $unit }”. Please look it up among the units, or take it out here.
raters-no-name = Please enter the group’s name, or take back the choices of this card.
raters-not-a-weight = “{ $typed }” is not a number. Please write it like 0.4, or leave it empty.
raters-two-forms = The group “{ $group }” is given “{ $unit }” by two forms. Please leave one of them.
raters-unweighted = The group “{ $group }” has no weight, though others have. Please give all groups one, or none.
raters-idle = The group “{ $group }” judges no unit yet. Please choose at least one kind of units, or remove the group.
raters-people = { $n ->
        [one] One person on the list does not fit these groups.
       *[other] { $n } persons on the list do not fit these groups.
    } Please open the invited persons, change their group or withdraw them, save the groups, then import the list with a column for the group.
raters-no-group = Line { $line }: no group has the name or code “{ $group }”. Groups above: { $all }.
raters-no-form = Line { $line }: there is no form “{ $form }”. Please choose one of: { $all }.
raters-bad-group = Line { $line }: give a code and a name, with a semicolon between.
raters-bad-weight = Line { $line }: the weight must be a number, such as 0.4.
raters-bad-assignment = Line { $line }: give a group's code and its units, with a semicolon between.
raters-unknown-unit = Line { $line }: there is no unit or kind of units “{ $unit }”.

# --- desk-watch: watching a campaign fill ---
desk-watch-link = Watch it fill
desk-watch-purpose = How many answers there are against the plan, who is behind, and how many to expect at closing.
desk-watch-links = Personal links: { $answered } of { $invited } have answered. This number moves once a day and in steps, so that nobody can tell who has just answered.
desk-watch-finished-days = Figures up to the end of yesterday. There are none of the moment, so that collecting is not steered by them.
desk-watch-all = Everything
desk-watch-empty = This campaign has no counters yet
desk-watch-empty-what = Once there are counters with QR codes, this page shows the answers coming in.
desk-watch-empty-next = To the campaign's page
desk-watch-live-off = This page does not update by itself.
desk-watch-reload = Reload
desk-watch-live-on = This page updates by itself.
desk-watch-live-lost = Connection lost, trying again…
desk-watch-live-paused = Updates are paused.
desk-watch-live-ended = Your session has ended. Please reload the page to sign in.
desk-watch-pause = Stop updating
desk-watch-resume = Resume updates
desk-watch-done = Complete answers
desk-watch-today = today { $n }
desk-watch-plan = Against the plan
desk-watch-of = of { $n }
desk-watch-unplanned = { $n ->
    [one] 1 unit has no plan
   *[other] { $n } units have no plan
  }
desk-watch-pace = Pace
desk-watch-behind = { $n } behind
desk-watch-on-pace = on pace
desk-watch-too-early = too early to tell
desk-watch-forecast = Expected at closing
desk-watch-range = ({ $lower }–{ $upper })
desk-watch-population = Against transactions
desk-watch-visits = On people's own devices
desk-watch-visits-what = { $scans } opened, { $starts } begun, { $own } completed
desk-watch-completion = ({ $share })
desk-watch-how = How these figures are formed
desk-watch-how-counts = Complete answers are all that are stored, from tablets and paper too; those by personal link are counted apart. This page shows no result: opinions are in the report alone, by its rule of the fewest answers.
desk-watch-how-pace = The pace compares the answers with what the plan wants by the end of yesterday; working days, Saturdays and Sundays count for what they are seen to bring.
desk-watch-how-forecast = The forecast takes the days to come to be like the last 28 at most; the final number lies in the range about 8 times in 10. It knows of no holidays and no sudden change. It needs 5 complete days. The days count from the beginning of the period on; where the first answers are of today there is no forecast yet.
desk-watch-how-visits = Opened counts how often the page of the QR code was opened, again included. Begun is told by phones and the least there is: without JavaScript nothing is told. There is no cookie and nobody knows who opened it. Tablets at counters have no openings.
desk-watch-how-classes = Hours, durations, languages, devices and where people stopped are kept as overall counts only, tied to no answer; durations run from opening the page to sending.
desk-watch-order = Order and view
desk-watch-by-tree = By the tree of units
desk-watch-by-behind = Most behind first
desk-watch-fold = Fold
desk-watch-unfold = Unfold all
desk-watch-fold-unit = Units and counters of { $name }
desk-watch-caption = Answers by unit and counter
desk-watch-unit = Unit, counter
desk-watch-scans = Opened
desk-watch-starts = Begun
desk-watch-completed = Completed / opened
desk-watch-last = Last answer
desk-watch-last-not-till = none by the end of yesterday
desk-watch-last-never = none yet
desk-watch-last-today = today
desk-watch-last-yesterday = yesterday
desk-watch-last-days = { $days } days ago
desk-watch-retired = retired
desk-watch-by-day = Answers by day
desk-watch-by-hour = Answers by hour of the day
desk-watch-day = Day
desk-watch-hour = Hour
desk-watch-hour-of = { $hour }:00
desk-watch-number = Number
desk-watch-share = Share
desk-watch-nothing-till = No answers by the end of yesterday.
desk-watch-nothing-yet = No answers yet.
desk-watch-chart = { $sum } answers in all; at most { $most } ({ $peak }).
desk-watch-as-table = As a table
desk-watch-classes = Hours, durations, languages, devices
desk-watch-openings = Openings
desk-watch-few = Shown from { $n } answers that tell of it on; paper forms and imported answers do not.
desk-watch-idle = Without { $n } units that have a plan ({ $plan } answers) and no counter.
desk-watch-durations = Time taken to answer
desk-watch-duration = Time
desk-watch-median = Median: { $class }
desk-watch-seconds = { $n } s
desk-watch-minutes = { $n } min
desk-watch-under = under { $to }
desk-watch-from-to = { $from } to under { $to }
desk-watch-over = { $from } and more
desk-watch-reached = Where people stop
desk-watch-reached-what = { $share } of the forms begun get to question { $n }
desk-watch-question = Question
desk-watch-reached-number = Forms that get here
desk-watch-languages = Languages
desk-watch-language = Language
desk-watch-devices = Devices that open the page
desk-watch-device = Device
desk-watch-device-phone = Phone
desk-watch-device-tablet = Tablet
desk-watch-device-computer = Computer
desk-watch-device-other = Not known
desk-watch-flags = Worth a look
desk-watch-flags-what = Hours with unusually many answers for their day and for the rhythm of the campaign. A flag only points: there may be a good reason, and no answer is left out. Finished days are looked through; a day without fraud has no flag with a probability of at least 99%. Cheating that is spread evenly cannot be seen by any statistics.
desk-watch-flags-none = Nothing stands out.
desk-watch-flag = What stands out
desk-watch-counter = Counter
desk-watch-flag-burst = { $observed } answers from { $from } to { $to } o'clock, of { $total } on that day; usually about { $expected }.
desk-watch-flag-outside = { $observed } answers from { $from } to { $to } o'clock, outside working hours, of { $total } on that day; usually about { $expected }.
# --- desk: setting up campaigns and counters ---
desk-save = Save
desk-in-english = (English)
desk-find = Find
desk-find-unit = Find a unit by name or code, with or without diacritics
desk-find-counter = Find a counter by name, unit or code, with or without diacritics
desk-find-nothing = Nothing found. Try fewer letters.
desk-pages = Pages
desk-pages-save = Save before you go to another page.
desk-page-of = Page { $page } of { $pages }.
desk-form-not-confirmed = That does not match: please type { $name }.
desk-phase-draft = Draft
desk-phase-paused = Paused
desk-tabs = Pages of the campaign
desk-tab-check = Check and open
desk-tab-overview = Overview
desk-tab-settings = Settings
desk-tab-units = Units and sample
desk-tab-counters = Counters
desk-tab-report = Report
desk-tab-print = QR codes
desk-tab-watching = Watching
desk-tab-comments = Comments
desk-campaigns-purpose = Each campaign asks one questionnaire, at chosen counters, for a period.
desk-campaigns-none = No campaigns yet
desk-campaigns-none-what = A campaign takes four steps: choose the questionnaire and the period, enter how many cases each unit handles, add counters, then check and open. Until it opens the public sees nothing.
desk-campaigns-none-units = Begin with the list of the province's units; a campaign needs them.
desk-units-import-first = Import the list of units
desk-units-none-ask = The list of units is imported by a survey manager. If there is none yet, an administrator invites one on the page “Accounts”.
desk-units-then = Next step: make a campaign
desk-choose-no-units = There are no units yet, so that a campaign made now could have no counters. Import the list of units first.
desk-campaigns-none-manager = Campaigns are set up by survey managers. Invite somebody to be one.
desk-campaigns-none-wait = The first campaign will be shown here as soon as a survey manager has set it up.
desk-campaigns-new = New campaign
desk-campaigns-current = Current
desk-campaigns-archived = Archived ({ $n })
desk-choose-title = Choose a questionnaire
desk-choose-purpose = First choose what will be asked; it can be changed until the campaign opens.
desk-choose-citizens = For citizens at counters
desk-choose-facts = { $questions } questions, { $minutes ->
    [one] about 1 minute
   *[other] about { $minutes } minutes
}. Languages: { $languages }.
desk-choose-short = Fit to be scanned and answered at the counter.
desk-choose-long = Long: fit for interviews or paper rather than for codes at counters.
desk-choose-target = Target of the questionnaire: { $target } % satisfied.
choose-best = Recommended for counters
choose-this = Choose
choose-more = More about this form
choose-languages = Languages: { $languages }.
choose-line = { $whom }: { $questions } questions, { $minutes ->
    [one] about 1 minute.
   *[other] about { $minutes } minutes.
}
choose-whom-counter = People who have just had a case
choose-whom-full = Citizens, SIPAS form of 2026
choose-whom-plan = Citizens, SIPAS form of 2022
choose-whom-citizens = Citizens
choose-whom-officials = Officials, deputies
new-title = Satisfaction survey, { $period }
new-title-example = For example: { $title }.
new-day-example = For example { $day }.
new-closes-why = { $day } is filled in because the report on { $period } is due the day after ({ $due }), so that every answer stands in it.
desk-new-title = New campaign
desk-new-back = Choose another questionnaire
desk-new-purpose = Name, period and notice of the new campaign. It begins as a draft; after this come counters (and cases, where known), and then the opening.
desk-new-make = Save the draft and go on
desk-copy-title = Copy for the next period
desk-copy-purpose = A new campaign after “{ $from }”: the same questionnaire and { $n } counters with the codes that hang there now, dates and name moved on. Look and confirm.
desk-copy-invited = The old campaign invited { $n } people by personal links. Lists of people are not copied.
desk-copy-strata = Keep populations and sample of the period before
desk-copy-strata-hint = As provisional numbers; please update them when those of the new period are known.
desk-copy-make = Make the copy
desk-phone = The questionnaire on a phone
desk-settings-purpose = Name, period, thresholds and notice of this campaign.
desk-settings-what = Questionnaire and title
desk-settings-form = What is asked
desk-settings-form-missing = No questionnaire was chosen. Please go back and choose one.
desk-settings-title = Title
desk-settings-title-hint = Shown above the questionnaire and in reports, in Vietnamese.
desk-settings-title-en = Title in English
desk-settings-title-en-hint = For respondents who choose English.
desk-settings-title-missing = Please enter the title in Vietnamese.
desk-settings-slug = Short name
desk-settings-slug-hint = Used in addresses and file names: lower-case letters, digits, dashes. Left empty it is made from the title. It cannot be changed later.
desk-settings-period = Period
desk-settings-opens = Opens
desk-settings-opens-hint = Day/month/year.
desk-settings-closes = Closes
desk-settings-closes-hint = The last day on which answers are taken; 24:00 is the end of the day.
desk-units-no-day = There is no day { $day } in the calendar.
desk-settings-time = { $field }: please write hours:minutes, such as 07:30.
desk-settings-thresholds = Target and publication
desk-settings-target-label = Target
desk-settings-target-hint = Share of satisfied answers to reach. Left empty: that of the questionnaire, { $target } %.
desk-settings-target-none = Share of satisfied answers to reach. Left empty: that of the questionnaire.
desk-settings-target = The target must be a number from 1 to 100.
desk-settings-minimum-label = Fewest answers for a figure to be published
desk-settings-minimum-hint = Below it figures are hidden, so that nobody is recognised. 5 or more; left empty: that of the questionnaire.
desk-settings-minimum = This must be a whole number, 5 or more, so that nobody is recognised.
desk-settings-number = { $field }: a whole number is needed, such as 24.
desk-settings-previous = Compare with
desk-settings-previous-hint = The report will tell changes since that campaign.
desk-settings-previous-none = None
desk-settings-demonstration = This is a trial
desk-settings-demonstration-hint = Every page will say that it is a trial and its figures are not real.
desk-fixed-answered = This cannot change any more, since people have answered: their answers would no longer fit. For another questionnaire copy the campaign.
desk-fixed-open = This cannot change, since the campaign is open: people may be filling in this questionnaire.
desk-notice = Notice
desk-notice-what = What people read before they answer: who asks, by which rule, where to ask back. A draft can be saved without; a real survey opens only with all of it.
desk-notice-responsible = Body responsible
desk-notice-responsible-hint = Its official name, in Vietnamese.
desk-notice-purpose-begin = about your visit to { $unit }, so that you are served better
desk-notice-purpose = Purpose
desk-notice-purpose-hint = Ends the sentence “… asks your opinion …”, in Vietnamese; { "{" }unit{ "}" } stands for the unit's name.
desk-notice-law = Legal ground
desk-notice-law-hint = The decision or law, in Vietnamese.
desk-notice-address = Address of the body
desk-notice-email = E-mail for questions
desk-notice-phone = Telephone for questions
desk-notice-months = Months that answers are kept
desk-notice-months-hint = After closing. Once somebody has answered, the promise may only become shorter.
desk-notice-days = Days that lists of invited people are kept
desk-notice-days-hint = Only where people are invited by personal links.
desk-kiosk = Tablets at counters
desk-kiosk-code = Code by which staff leave a tablet
desk-kiosk-code-hint = 4 characters or more. Left empty where no tablets are used.
desk-kiosk-code-kept = There is one, which is secret and not shown. Enter another to replace it; left empty it stays.
desk-kiosk-code-remove = Remove the code
desk-setup-units-purpose = For each unit the number of cases handled in the period and the answers planned, so that the province's figures are formed by their size.
desk-setup-units-none = No units yet
desk-setup-units-none-what = Please add the province's units first, then come back.
desk-setup-units-go = Go to the units
desk-units-with = Units entered
desk-units-population = Cases
desk-units-sample = Answers wanted
desk-units-counters = Counters
desk-units-caption = { $found } of { $units } units. What is empty has no number yet.
desk-units-number = The number of { $unit } is wrong; a whole number above 0 is needed, such as 41250.
desk-units-sample-alone = { $unit } has answers wanted but no number of cases.
desk-plan = Work out the sample
desk-plan-what = Works out how many answers each unit needs for its own result to be precise enough, at 95 % confidence.
desk-plan-margin-label = Margin of error
desk-plan-margin-hint = Usually 5. Less takes more answers.
desk-plan-share-label = Share satisfied expected
desk-plan-share-hint = 50 if it is not known: that is safest.
desk-plan-button = Fill in answers wanted
desk-plan-done = { $n } answers in { $units } units; the margin of all together is about ±{ $margin } percentage points. The numbers stand in the table: look, then save.
desk-plan-margin = The margin must be from 0.5 to 25.
desk-plan-share = The share expected must be from 1 to 99.
desk-plan-no-population = There are no numbers of cases to work with. Please enter them in the table first.
desk-lines = Paste from a spreadsheet
desk-lines-label = Lines
desk-lines-hint = A line each: code or name of the unit, transactions, answers wanted, with tabs or semicolons between, such as: UBND xã An Bình; 41,250; 400. Units that are not among the lines stay as they are.
desk-lines-button = Save the pasted lines
desk-lines-none = There is no line to save.
desk-lines-unit = Line { $line }: there is no unit with the code “{ $code }”.
desk-lines-twice = Line { $line }: “{ $code }” is there already.
desk-lines-number = Line { $line }: not a number, or no tabs, semicolons or spaces between the columns.
desk-lines-name = Line { $line }: the counter's name is missing.
desk-lines-name-twice = Line { $line }: the unit has a counter named “{ $name }” already.
desk-counters-purpose = Each counter has a code of its own; answers given there count for its unit.
desk-counters-none = No counters yet
desk-counters-none-what = Hundreds can be added at once: choose units and a number, or paste a list from a spreadsheet.
desk-counters-add = Add counters
desk-counters-listed = In use ({ $n })
desk-counters-gone = Retired ({ $n })
desk-counters-caption = { $n } counters, by unit.
desk-counters-some = The first { $n } of { $all } counters.
desk-counters-all = All counters
desk-counters-do = Actions
desk-counters-edit = Edit
desk-counters-try = Try
desk-add-title = Add counters
desk-add-unit = Please choose a unit.
desk-add-pattern-label = Name
desk-add-pattern-begin = Counter
desk-add-pattern = Please write a name, such as Counter.
desk-add-at-once = At most { $most } counters can be added at once.
desk-add-most = A campaign can have at most { $most } counters.
desk-add-lines = Or paste a list from a spreadsheet
desk-add-lines-label = List of counters
desk-add-lines-hint = A counter each line: code or name of the unit, name, code of the counter (may be left out), with tabs or semicolons between. Headings and a column that numbers the lines may stay.
desk-counter-name = Name
desk-counter-name-hint = As printed on the poster.
desk-counter-name-missing = Please enter the counter's name.
desk-counter-unit-hint = Answers given here count for this unit. A counter with answers cannot move: retire it and make a new one.
desk-counter-qr = Code that leads to { $address }
desk-counter-png = Picture of the code (PNG)
desk-counter-svg = Drawing for large prints (SVG)
desk-counter-code = Counter's code: { $code }
desk-counter-try = Try this code (nothing is stored)
desk-counter-more = Retire, replace the code
desk-counter-retire = Retire
desk-counter-retire-what = The counter takes no more answers from now on. Those it has still count. It can be taken up again at any time.
desk-counter-retire-button = Retire this counter
desk-counter-retired = This counter is retired: it takes no answers, and those it has still count.
desk-counter-restore = Take it up again
desk-counter-replace = Replace a code that was copied or spoiled
desk-counter-replace-what = The counter gets a new code. The old one stops counting at once and for good; whoever scans it is asked to scan the new one at the counter. Answers already given still count. The poster must be printed and put up again.
desk-counter-replace-tablets = If the counter has a tablet: let it send what it holds first, then open it at the new address.
desk-counter-replace-button = Replace the code
desk-manage = Manage the campaign
desk-overview-purpose = Where this campaign stands and what can be done next.
desk-check-purpose = The last step: see what is missing, then open. Until then the public sees nothing.
desk-check-another = Not opened: the campaign has changed since this page was read. Nothing is lost. Please look at it as it is now, then open it.
desk-file-making = The file is being made… A large one may take a minute; please wait, there is no need to press again.
desk-file-made = The file is made and has been downloaded.
desk-checks-ready = This campaign can be opened
desk-checks-stopped = This cannot be opened yet
desk-checks-fine = Nothing is missing.
desk-check-stop = Must be mended
desk-check-warn = Worth a look
desk-check-info = Note
desk-check-nowhere = There is no counter, so that nobody can answer.
desk-check-past = The period is over (it ended on { $day }).
desk-check-overlap = { $n ->
    [one] A counter of this campaign is
   *[other] { $n } counters of this campaign are
} in the campaign “{ $title }” ({ $opens } – { $closes }) at the same time. A counter collects for one campaign at a time: change the period of one of them, or take the counters out of one.
desk-check-no-populations = No numbers of cases are known: results will not be weighted, and the report will say so.
desk-check-without-population = { $n } units have counters and no number of cases: { $units }. With one missing nothing can be weighted.
desk-check-without-counter = { $n } units have cases and no counter: { $units }.
desk-check-without-sample = { $n } units have no number of answers wanted: { $units }.
desk-check-notice = The notice lacks: { $parts }.
desk-check-untranslated = Title or notice is missing in: { $languages }. Those who choose that language will see Vietnamese.
desk-check-no-previous = Earlier campaigns asked the same, and none is chosen to compare with.
desk-check-demonstration = This is a trial; its figures are not real.
desk-check-at-once = The period has begun: once opened, answers are taken at once.
desk-state-past = The period is over; change the closing day in the settings.
desk-state-nowhere = There is no counter; add some first.
desk-state-not-open = The campaign is not open, so that it cannot pause.
desk-state-not-closed = Only a campaign that has closed can be archived.
desk-state-impossible = This cannot be done with the campaign as it stands now; somebody else may have changed it. Please look at its overview.
desk-state-back = To the overview
desk-campaign-slug-taken = The short name “{ $slug }” is taken; choose another one.
desk-campaign-closes-first = It must close after it opens.
desk-campaign-remove-previous = “{ $title }” is compared with this campaign; change that first.
desk-campaign-remove-not-draft = Only a draft without answers can be deleted.
desk-step-open = Open the campaign
desk-step-open-what = Counters take answers from { $opens } to the end of { $closes }.
desk-step-open-fixed = Counters and dates can still change afterwards; what is asked cannot.
desk-step-pause = Pause
desk-step-pause-what = Whoever scans a code sees that the survey pauses. Those who are filling in a form lose nothing: their answers stay on their phone and can be sent once it goes on.
desk-step-pause-undo = It can go on at any time before it closes.
desk-step-resume = Go on
desk-step-resume-what = Counters take answers again at once, to the end of { $closes }.
desk-step-close = Close now
desk-step-close-what = The campaign ends now instead of at the end of { $closes }. Forms that are being filled in will not be taken.
desk-step-close-undo = A campaign by personal links cannot be opened again.
desk-step-archive = Archive
desk-step-archive-what = The campaign leaves the main list. Its report and figures can still be read under Archived, and it can be taken back at any time.
desk-step-unarchive = Take out of the archive
desk-step-unarchive-what = The campaign comes back to the main list.
desk-step-delete = Delete the draft
desk-step-delete-what = The draft is deleted with its populations and counters. Units and other campaigns stay as they are.
desk-step-delete-undo = This cannot be undone. Codes already printed for these counters will no longer work.
desk-step-copy = Copy for the next period
desk-step-copy-what = the same questionnaire, counters and codes, dates moved on
desk-done-copied = The copy is made, with { $n } counters. Look below, and open it when it is ready.
desk-done-saved = Saved.
desk-done-added = { $n } counters added. Try the code of one before you print.
desk-done-opened = The campaign is open.
desk-done-paused = The campaign pauses.
desk-done-resumed = Answers are taken again.
desk-done-closed = The campaign has closed.
desk-done-archived = Archived.
desk-done-unarchived = Back in the main list.
desk-done-deleted = The draft is deleted.
desk-done-retired = The counter is retired.
desk-done-restored = The counter is in use again.
desk-done-replaced = The counter has a new code; the old one no longer counts. Please print it and put it up.
respond-trial = TRIAL, NOTHING IS STORED. { $counter }, { $unit }. Campaign: { $campaign }
respond-tried = Tried; nothing was stored
respond-tried-what = The counter's code works and the form was filled in rightly.
respond-tried-next = Citizens who scan the code at the counter answer the real form.
respond-not-ready = The survey here is not open yet
respond-not-ready-what = The survey at this counter is being prepared and takes no answers yet.
respond-not-ready-next = Please scan the code again another time.
respond-paused = The survey pauses
respond-paused-what = The survey takes no answers for a while.
respond-paused-next = Please come back later. Thank you for your interest.
respond-paused-form = The survey has just been paused, so that your answers were not stored. All of them are still in this page.
respond-paused-form-next = Please keep this page and press the button below once the survey goes on; pressing it several times still counts once.
respond-replaced = This code was replaced
respond-replaced-what = This code or address is no longer in use, so that no answers are taken here.
respond-replaced-next = Please scan the new code at the counter, or ask the staff there.
report-status-draft = draft
report-status-paused = paused
apply-address-replaced = The address “{ $code }” of this counter was replaced and cannot be used again; remove public = true.
# --- desk-refusal: pages that say no ---
desk-unknown = Page not found
desk-unknown-what = The address may have been mistyped, the thing deleted, or it lies outside what this account sees.
desk-unknown-next = Please choose again from the menu above, or go to the first page.
desk-address-parameter = Behind “?”, the address has “{ $name }”, which there is not here, or which stands there twice. Without it the figures might be of another unit than you want, so nothing was opened.
desk-address-value = Behind “?”, the address has “{ $name }” with a value that it cannot have, or without what belongs to it. Please check the address.
desk-denied = This account may not do that
desk-denied-what = The account { $account } has the role { $role }, which does not open the page that was asked for.
desk-denied-next = If your work needs it, please ask the administrator of accounts for another role. What you may open is in the menu above.
desk-refusal-home = To the first page
desk-paper-by-link = This campaign takes no paper forms
desk-paper-by-link-what = Everybody invited answers by a link of their own; with paper forms beside it one person could answer twice.
desk-paper-none-yet = No paper forms for this unit yet
desk-paper-none-yet-what = The Department prints numbered forms for each counter. Once there are some, their numbers stand here to be keyed in.
desk-paper-kept-differs = Two people keyed this form differently; the Department compares it with the paper.
desk-day-missing = { $field }: please write day/month/year, such as 01/10/2026.
desk-day-unknown = { $field }: the calendar has no day { $day }. Please look again and write day/month/year, such as 01/10/2026.
desk-day-unread = { $field }: “{ $typed }” is no day. Please write day/month/year, such as 01/10/2026.
desk-units-ended-meanwhile = { $name }: somebody else has just set { $day } as its last day. Please look at the list again, then press once more.
desk-units-file-read = The file { $file } was read; choose another one only if you want to use that instead.
desk-copy = Copy
desk-copied = Copied.
desk-copy-by-hand = Could not copy: please choose the line above and press Ctrl+C.
desk-comments-saved = Decisions on { $n } comments are stored.
desk-comments-doubtful = { $n } comments below are not released yet: what is marked may be a name, a telephone number, a number of papers or an address. Released as they are, it stands in the report for everybody. Cover it first.
desk-comments-back = Back, to cover
desk-comments-sure = Release { $n } as they are all the same
desk-report-none = No results yet
desk-report-none-what = The campaign is open and no answer counts yet. Those of a unit count from the next day on, once there are at least { $k } new ones, so that nobody can work out what one person answered. How many have come in stands on the page Watching.
desk-report-draft-what = This campaign is a draft. Once it is open and has answers, its report stands here.
desk-paper-nothing = (nothing)
desk-paper-numbered = Forms { $first }–{ $last } are numbered. Fetch their PDF in the table below and print it.
desk-paper-purpose-unit = Key in the answers from paper forms that the Department has numbered for your unit's counters. Each number counts once.
desk-paper-skipped = Not asked: passed over.

# Counters: adding, sharing, taking back
counters-add-purpose = Add many counters at once: look at them first, then add them. Each gets a QR code at once; counters that are there stay as they are.
counters-look = Preview
counters-each = Counters to add to each unit, by kind
counters-each-hint = 2 beside “commune” adds two counters to each commune. Left empty, or 0: none.
counters-each-kind = Each { $kind } ({ $n ->
    [one] one unit
   *[other] { $n } units
})
counters-each-there = { $n ->
    [0] No counters yet
    [one] One counter there
   *[other] { $n } counters there
}
counters-one = Add to one unit
counters-one-none = None in particular
counters-one-count = Counters
counters-count = Write a whole number from 0 to { $most }.
counters-count-missing = Write how many counters the chosen unit gets.
counters-none-asked = No counters yet: write a number in one line at least.
counters-too-many = These are { $n } counters; { $most } at most can be added at once.
counters-pattern-hint = A number is added after the name, going on from the counters that are there: Counter 1, Counter 2… To have it elsewhere, put the sign { $n } there, as in: Desk { $n } – land.
counters-total = In all:
counters-reuse = Use another campaign's counters again (nothing to print anew)
counters-from = Take the counters of
counters-from-hint = The same counter keeps the QR code that hangs there: whoever scans it answers the campaign that is open then.
counters-from-choose = Choose a campaign
counters-from-option = { $title } ({ $period }): { $n ->
    [one] one counter
   *[other] { $n } counters
}
counters-from-missing = Choose a campaign.
counters-from-nothing = This campaign has all counters of the other one that can still be used.
counters-preview = Preview of the counters
counters-preview-what = { $n } counters would be added to { $units } units: { $kinds }. Nothing is stored yet.
counters-preview-kind = { $n } for { $kind }
counters-preview-each = Each unit ({ $n })
counters-preview-caption = The counters by unit
counters-preview-n = Counters
counters-preview-codes = Codes
counters-preview-again = Something changed while you looked: this is what would come of it now. Please look again, then add.
counters-preview-gone = This preview is gone: the counters were added, or it was too long ago. See the list of counters before you add more.
counters-do-add = { $n ->
    [one] Add the counter
   *[other] Add { $n } counters
}
counters-change = Change
counters-left-out = { $n ->
    [one] One counter cannot
   *[other] { $n } counters cannot
} be taken: retired in this campaign, or the unit has ended.
counters-shared = { $n ->
    [one] One counter shares its QR code
   *[other] { $n } counters share their QR codes
} with the campaign “{ $title }”.
counters-shared-what = Codes that hang there stay good. Whoever scans one answers the campaign that is open then; an answer counts for one campaign only.
counters-shared-at-once = Both campaigns run at the same time: a code leads to one campaign only, so they cannot both be open for these counters. Change the period of one of them, or add new counters instead.
counters-numbers-after = Some units have counters of these names in “{ $titles }”, so the new ones have the next numbers and new codes. If these are the same counters, use them again: the printed codes stay good.
counters-code-twice-here = Line { $line }: the code “{ $code }” is in line { $before } of this list already.
counters-name-twice-here = Line { $line }: the unit has the name “{ $name }” in line { $before } of this list already.
counters-code-of-other-unit = Line { $line }: “{ $code }” is the code of a counter of the unit “{ $unit }” in the campaign “{ $title }”. Use another code, or none to get a new one.
counters-undo = Undo the last addition ({ $n ->
    [one] one counter
   *[other] { $n } counters
})
counters-undo-title = Undo an addition of counters
counters-undo-what = { $n ->
    [one] The counter below is deleted with its QR code, as if it had
   *[other] The { $n } counters below are deleted with their QR codes, as if they had
} never been added. A counter that another campaign has too stays there.
counters-undo-not-printed = None of these codes was printed or hangs anywhere
counters-undo-not-printed-hint = A printed code of a deleted counter leads to no questionnaire. If some were printed, retire counters one by one.
counters-undo-not-said = Please confirm that none of the codes was printed.
counters-undo-button = { $n ->
    [one] Delete the counter
   *[other] Delete these { $n } counters
}
counters-undo-cannot = This cannot be undone any more.
counters-undo-answered = { $n ->
    [one] A counter has
   *[other] { $n } counters have
} answers: { $codes }.
counters-undo-scanned = The { $n ->
    [one] code of a counter was
   *[other] codes of { $n } counters were
} scanned: { $codes }.
counters-undo-paper = Paper forms were printed for { $n ->
    [one] a counter
   *[other] { $n } counters
}: { $codes }.
counters-undo-instead = Retire the counters that are not needed: open one and choose “Retire”. Its answers still count.
counters-undone = Undone: { $n ->
    [one] the counter is
   *[other] { $n } counters are
} gone.
counters-did-undo = Addition of counters undone
counters-also-in = This code also serves the campaign “{ $title }” ({ $period }).
counters-also-what = Whoever scans it answers the campaign that is open then; an answer counts for one campaign only.
counters-retire-shared = The counter leaves this campaign at once; its answers here still count. Its QR code still leads to “{ $titles }” while that is open: to end the code altogether, retire the counter there too, or replace the code. It can be taken up again at any time.
counters-retired-shared = This counter is retired in this campaign, which takes no more answers from it; older ones count. Its QR code still leads to “{ $titles }” while that is open.
counters-replace-shared = The new code replaces the old one in “{ $titles }” too.

# Importing units by their names
import-template-csv = Download the template (CSV)
import-example-province = (Example) People's Committee of Gia Lai province | province
import-example-department = (Example) Department of Home Affairs | department
import-example-commune = (Example) People's Committee of An Bình commune | commune
import-examples-only = The file has examples only. Write the province's units below them or in their place, then import it again.
import-examples-left-out = { $n ->
    [one] An example row was
   *[other] { $n } example rows were
} left out (the name begins with “(Example)”).
import-parted-otherwise = { $n ->
    [one] The list has tabs between its columns, but line { $row } has semicolons only: it is read as one name. If it is none, use tabs there, or semicolons in every line, and look again.
   *[other] The list has tabs between its columns, but { $n } lines (the first is line { $row }) have semicolons only: each is read as one name. If they are none, use tabs there, or semicolons in every line, and look again.
}
import-titles-left-out = { $n ->
    [one] One line was left out as a title: { $names }.
   *[other] { $n } lines were left out as titles: { $names }.
}
import-title = “{ $name }” (line { $row })
import-maybe-there = “{ $name }” may be “{ $there }” (code { $code }). If they are one, take this line out and look again; if they are two, leave it.
import-maybe-below = “{ $name }” seems to belong to “{ $above }”, but is placed elsewhere. If it does, write “{ $above }” as the unit above in this line and look again.
import-name-twice = “{ $name }” is in row { $row } already, below the same unit. Remove one row, or give both a code.
import-no-top = It is not clear what this unit belongs to. Add a row for the province (kind “province”), or the column of the unit above.
import-no-kind = The name “{ $name }” does not say the kind of unit. If it is the title of a group, take the line out; if it is a unit, write the kind behind the name (department, commune, centre…), or add a column “kind”.
import-lines = Paste the list here
import-lines-hint = A unit on each line, from Word or Excel: name, kind, unit above. Names alone will do, if one line is the province.
import-both = A list was pasted and the file “{ $file }” was chosen. Use one way: clear what was pasted, or choose no file.
import-nothing = Paste the list, or choose a file.
import-mend = Change the pasted list
import-lines-wrong = { $n } things to mend in { $rows } lines. Nothing is stored; mend them right here and look again.
import-faults = To be mended ({ $n })
import-faults-caption = Lines of what was pasted, from its top
import-fold-example = What a list looks like, template
import-preview-pasted = What the list that was pasted would change. Nothing is stored before it is confirmed at the end of the page.
import-kinds = The list has: { $kinds }.
import-made = { $n ->
    [one] A new unit has a code
   *[other] { $n } new units have codes
} made from the name, shown behind it below. A code stays as it is, whatever the unit is called later; for another one, write it into the column of codes and import the file again.
import-preview-gone = This preview is gone. Please choose the file or paste the list again.
import-added = { $n ->
    [one] One unit was added.
   *[other] { $n } units were added.
 }

# --- desk-link: campaigns by personal links ---
raters-tab = Who judges whom
desk-link-done-made = The draft is saved. If groups judge single units, say so here; if everybody answers one form, go on to the invited persons.
desk-link-new-purpose = Name, period and introduction of a new campaign. It begins as a draft; after this step come who judges what and the list of invited persons, before it opens.
desk-link-copy-purpose = A new campaign after “{ $from }”: the same questionnaire, period and name moved on. Look it over, then make it; the list of invited persons is made anew.
desk-link-copy-what = the same questionnaire, moved on to the next period; the list of invited persons is not copied
desk-link-nowhere = The list of invited persons is empty, so that nobody can answer; please import it first.
desk-link-open-what = Invited persons can answer from { $opens } to { $until }.
desk-link-open-mail = Opening sends no mail: send invitations on the page of mails, or print letters.
desk-link-open-fixed = After opening the period can still be changed and people added; the questionnaire, and the unit and group of each person, stay as they are.
desk-link-pause-what = Whoever opens a link is told of the pause. Who is in the middle of it loses nothing: the answers stay on their device and can be sent when it goes on.
desk-link-resume-what = Invited persons can answer again at once, until the end of { $closes }.
desk-link-delete-what = The draft is deleted with its list of invited persons and who judges what. Units and other campaigns are not touched.
desk-link-delete-undo = This cannot be undone. Letters and links that were made for it no longer work.
desk-link-units-purpose = A plan for each unit, if wanted: persons invited and answers wanted. Without one the report counts the list of invited persons.
desk-link-population = Persons invited
desk-link-apart = Comments are stored apart and read by somebody before any report shows them. Please write no names and nothing by which a reader would know you.
desk-link-closed-next = If you have a question, please ask the body that wrote to you.
# --- comments: comments on judged units ---
comments-about = About { $unit }
comments-below = a unit of { $unit }
comments-unnamed = a unit with few answers (not named)
comments-the-unit = the unit judged

# --- desk-languages: languages of a campaign ---
desk-languages = People may also choose
desk-languages-hint = { $first } is always there. The respondents’ page offers what is ticked; title and introduction are wanted in it, too.
apply-unknown-language = The questionnaire “{ $id }” has no language “{ $language }”.
apply-first-language = “{ $language }” is missing: it is the first language of “{ $id }”, which people see whose own is not there.
invite-draft = The campaign “{ $slug }” is a draft; open it before inviting people.

# --- setup: settings of a campaign and the notice that is owed ---
setup-invite-manager = Invite a survey manager
setup-no-manager = Nobody manages surveys yet. The administrator's account keeps system and accounts and makes no surveys: please invite who is in charge of them. If that is you, make yourself a second account under another name.
setup-make = Set up
setup-choose-officials = Asking officials and deputies by personal links ({ $n } forms)
setup-make-counters = Save the draft and add counters
setup-make-units = Give the numbers of cases first
setup-done-made-counters = The draft is saved. Now add counters; the units' numbers of cases can be given at any time.
setup-notice-known = Filled in as in an earlier campaign; please check.
setup-manager = Will you make the surveys yourself?
setup-manager-hint = Surveys are made with an account of their own, since who gives rights must not read comments. Make it here; the next page opens with it. If somebody else makes surveys, leave this empty and invite them on the next page.
setup-manager-name = Login name for making surveys
setup-manager-name-hint = Not the one above; small letters without marks, too, for example nguyenvanan-khaosat.
setup-manager-password = That account's password
setup-manager-password-hint = Not the one above; at least { $n } characters, too.
setup-manager-again = That account's password again
setup-manager-same-name = The two accounts need different names.
setup-manager-same-password = The two accounts need different passwords, or one is as good as both.
setup-link-own = Is this account your own? Open the link on this computer to set its password; the present account is logged out.
setup-link-open = Set the password of { $name } now
setup-nobody = There is no account yet, so nobody can log in.
setup-nobody-link = Whoever installed the server has the set-up link: it is in the server's log, in the line that begins with “setup”, and works for an hour. Later, restart the server for a new one.
setup-nobody-command = Or make the first account on the server by the command:
setup-units-optional = This step may be left out. A unit without numbers takes part all the same and gets its report; the result of the whole province is then not weighted by cases.
setup-units-skip = Skip this step
setup-lines-unit = Line { $line }: no unit has the code or name “{ $code }”.
setup-lines-several = Line { $line }: several units are called “{ $code }”; write the unit's code.
setup-draft-there = There is a draft with this questionnaire: “{ $title }”. To go on with it, there is no need to make it again:
setup-draft-open = open the draft
setup-choose-facts = { $questions } questions and { $texts ->
    [1] one comment
   *[other] { $texts } comments
}, about { $minutes } minutes. Languages: { $languages }.
setup-form-full = In the shape of the Ministry's SIPAS form of 2026 (Decision 1001/QĐ-BNV): for the province's index.
setup-form-plan = In the shape of the Ministry's SIPAS form of 2022, which the province's plan 2023–2025 builds on: to compare with earlier years.
setup-form-short = A short form of this system, about services alone: for continuous watching, not instead of the Ministry's form.
setup-text-vi = Vietnamese is needed where there is English. Write it, or clear the English text as well.
setup-address-replaced = The address “{ $code }” of this counter was replaced because it had become known, and cannot be used again. Let the system make a new one.
setup-no-groups = This campaign has no groups of raters, so the group “{ $group }” cannot be given. Make groups at Who judges what, or leave the group empty.
setup-no-group = The person with the code “{ $code }” is in no group of raters, and this campaign has groups. Choose one.
setup-margin-without-stratum = The unit “{ $unit }” has population margins (from a file), so its number of cases cannot be empty. Keep the number.
setup-margin-sum = The unit “{ $unit }” has { $population } cases, but the groups of its margins, from a file, sum up to { $sum }. Keep the number, or change the margins in the file as well.
setup-raters-strata = With groups of raters no numbers of cases are given: who judges each unit is counted from the list of invited persons.
setup-group-unweighted = The group “{ $code }” has no weight while others have one. Give all of them a weight, or none, to combine them by the number of people invited.
setup-group-idle = The group “{ $code }” judges no unit yet. Give it some, or remove it.
setup-previous-later = The campaign to compare with must have opened before this one. Choose another, or look at the beginning.
setup-answered-demonstration = People have answered, so a real campaign cannot become a trial or the other way round. Make a new one.
setup-answered-form = People have answered, so the questionnaire cannot be changed any more. Make a new campaign with the other one.
setup-promise-answers = People were promised that answers are kept for { $before } months at most; it may only become less. Write { $before } or fewer.
setup-promise-list = People were promised that the list is kept for { $before } days at most; it may only become less. Write { $before } or fewer.
setup-closed-long = The campaign closed at { $closed } and has answers. Figures by field and counter go by that day, so that its end cannot be moved. Keep it, or make a new campaign.
setup-settled = The campaign closed at { $closed } and its answers by personal links were shuffled into the results, so it cannot open again. Keep the end, or make a new one.
setup-notice-owed = { $part }: needed once a real survey is open (law on personal data).
setup-contact = Where to ask
setup-contact-hint = Give at least one of these three.
setup-check-owed = The introduction does not give: { $parts }. The law on personal data wants people to be told before they answer, so it cannot open yet.
setup-owed = The introduction does not give: { $parts }. A real survey cannot open without.
setup-owed-go = Write it now
setup-unsaid = [Not written yet: { $part }]
setup-check-same-name = Another campaign has the same name at the same time ({ $opens } – { $closes }): nobody can tell them apart in a list. Better choose another name, with the area for example.
setup-check-after-due = The report of { $period } is due on { $day }, while this campaign still takes answers. Better close before that day, so that all of them are in the report.
setup-checks-again = Please look at this before you open it
setup-back-to-check = Back to the check
setup-mend = Mend this field
setup-phone-own = As people will see it, by what is saved. Only to look at.
setup-phone-sample = Only to look at the questions. Title, introduction and unit in the frame are examples; once saved, it shows this campaign's own.
setup-fold-languages = More languages (English, …)
setup-fold-more = Code, target, comparison, trial run, tablets
setup-fold-more-link = Code, target, comparison, trial run
setup-fold-purpose = Purpose; answers kept { $months } months
setup-fold-purpose-none = Purpose, how long answers are kept

# --- desk-steps: next step, confirming ---
desk-next-step = Next: { $step }
desk-plan-unsaved = Not saved yet.
desk-confirm-close = close
desk-confirm-delete = delete
desk-step-close-again = The codes at the counters will say that the survey has ended. To take answers again, change the closing day under Settings.

# --- desk-audit: details of the audit log ---
desk-audit-more = and { $n } more
desk-audit-in-file = { $n } more lines; the CSV of the log has them all.
desk-audit-same = Nothing differs from before.
desk-audit-added = Added
desk-audit-removed = Removed
desk-audit-yes = yes
desk-audit-no = no
desk-audit-bytes = { $n } bytes
desk-audit-role = Role
desk-audit-unit = Unit
desk-audit-email = E-mail
desk-audit-disabled = Locked
desk-audit-full-name = Full name
desk-audit-expires = Last day
desk-audit-device = Device
desk-audit-sso = Name at the single sign-on
desk-audit-password-off = No password
desk-audit-name = Name
desk-audit-code = Code
desk-audit-kind = Kind
desk-audit-parent = Unit above
desk-audit-valid-from = From
desk-audit-valid-to = Last day
desk-audit-successor = Successor
desk-audit-since = Since
desk-audit-counter = Counter
desk-audit-first = From number
desk-audit-last = To number
desk-audit-language = Language
desk-audit-twice = Keyed twice
desk-audit-format = Format
desk-audit-sessions = Sessions ended
desk-audit-comments = Comments
desk-audit-released = Released
desk-audit-rows = Rows
desk-audit-new = New answers
desk-audit-sent = Sent
desk-audit-failed = Failed
desk-audit-links = Links
desk-audit-responses = Answers
desk-audit-changes = Changes
desk-audit-lines = Changes
desk-audit-subject = Subject
desk-audit-text = Text
desk-audit-weekday = Day of the week
desk-audit-reason = Reason
desk-audit-size = Size

# --- desk-answers: answers from a file ---
desk-answers-title = Answers from a file
desk-answers-open = Choose a file of answers
desk-answers-purpose = Takes answers keyed elsewhere (Excel, CSV) into this campaign. The next step shows what it would store; nothing is stored before you confirm, and the file is not kept.
desk-answers-file = File of answers (.xlsx or .csv)
desk-answers-file-hint = One answer sheet a row. At most 5 MB and 20,000 rows. Sheets that are there already stay as they are, so the same file twice adds nothing.
desk-answers-no-rows = The file has no rows below its headings.
desk-answers-columns = Columns of the file
desk-answers-columns-what = The first row names the columns, in any order. Columns of questions that need no answer may be missing.
desk-answers-columns-caption = Names of columns exactly as here
desk-answers-column = Column
desk-answers-means = Meaning
desk-answers-codes = Codes
desk-answers-template = Download a template (CSV)
desk-answers-sheet = A number or code of each sheet, so that none is counted twice. Required.
desk-answers-counter = The counter’s code. Required.
desk-answers-language = Code of the sheet’s language, such as vi. Empty: Vietnamese.
desk-answers-channel = paper: the number in the column sheet is that printed on a paper form. Empty or import: from elsewhere.
desk-answers-mode = Who filled it in: self, helped, proxy. May be empty.
desk-answers-faults-caption = Rows as in the file
desk-answers-preview-purpose = What the file “{ $file }” would add to this campaign. Nothing is stored before you confirm at the end of the page.
desk-answers-guessed = The file does not say its encoding and was read as Windows-1258. If comments look wrong, save it as “CSV UTF-8” or .xlsx.
desk-answers-rows = Rows
desk-answers-new = New answers
desk-answers-again = There already
desk-answers-paper = Of numbered paper forms
desk-answers-texts = Comments to screen
desk-answers-none = Every sheet of the file is there already
desk-answers-none-what = Importing it again changes nothing.
desk-answers-spots = New answers by counter
desk-answers-final = Imported answers count and cannot be taken back. The audit log names who imported how many.
desk-answers-go = Import { $n } answers
desk-answers-done = { $new } answers were imported; { $again } were there already and stay as they are.

# --- signin: the second step of the log-in, sessions that end ---
signin-code-title = Enter the code
signin-code = Six-digit code
signin-code-hint = Open the authenticator app on your telephone and copy the code it shows.
signin-code-button = Log in
signin-code-wrong = The code is wrong or was used before. Wait for the next one and enter that. If it still fails, compare the time on your telephone with the server’s: { $time }.
signin-lost = No telephone at hand?
signin-lost-how = Enter one of the recovery codes you printed; each works once. If none is left, ask an administrator to remove the account’s second factor.
signin-recovery = Recovery code
signin-recovery-button = Log in with a recovery code
signin-other-account = Log in with another account
signin-late = It took too long after the password, or the account has just been changed. Please log in from the start.
signin-kept = What you typed has not been saved but is still here, and will be sent again after you log in. Please do not close this page.
signin-kept-by = The form was filled in by the account “{ $account }”.
signin-kept-files = What you typed has not been saved but is still here. The file you chose cannot be kept, since browsers do not let us: after you log in, please choose it again and send the form again. Please do not close this page.
signin-again-file = Choose the file again
signin-lost-large = The form is too large to be kept here and has not been saved. Log in in another tab, then use this tab’s Back button to get what you typed.
signin-lost-broken = The form did not arrive whole, so it could not be kept and has not been saved. Log in in another tab, then use this tab’s Back button to get what you typed.
signin-again-title = Send the form again
signin-again-own = You are logged in again as “{ $account }”. The form you filled in has not been saved yet; press the button to send it again.
signin-again-other = This form was filled in by the account “{ $by }”, but you are logged in as “{ $account }”. Send it only if you really want to do this with your own account.
signin-again-unknown = It is not known which account filled in this form. If you send it, it counts as done by “{ $account }”.
signin-again-what = Show what was typed ({ $n })
signin-again-button = Send again
signin-again-drop = Do not send
signin-again-page = To the form’s page
signin-other-tab = Have you logged in again in another tab?
signin-other-tab-button = Go on with this form
signin-sso-button = Log in with { $name }
signin-sso-unreachable = The single sign-on cannot be reached. Try again in a few minutes, or log in with your password.
signin-sso-strange = This log-in was begun in another browser, or too long ago. Please log in again.
signin-sso-refused = The single sign-on did not let you in, or you stopped half way. Please try again.
signin-sso-false = The answer of the single sign-on could not be verified. Try again; if that does not help, tell an administrator.
signin-sso-nobody = No account here belongs to you yet. Ask an administrator to link one.
signin-sso-identity = The identity to tell the administrator: { $identity }
signin-sso-out = You are logged out here. You may still be logged in at { $name }.
signin-sso-out-there = Log out there, too
signin-sso-account = Single sign-on
signin-sso-account-link = See or link with { $name }
signin-sso-title = Single sign-on of “{ $account }”
signin-sso-purpose = Links the account “{ $account }” with a person at { $provider }, who then enters without a password of ours.
signin-sso-name = Identity at the single sign-on
signin-sso-name-hint = The user’s code there (sub), or a verified official e-mail address. Leave empty to unlink. Saving ends the account’s sessions.
signin-sso-password-off = No entry by password
signin-sso-password-off-hint = Only where the single sign-on sees to a second factor itself.
signin-sso-save = Save
signin-sso-done = Saved.
signin-sso-own = “{ $account }” is your own account: ask another administrator, or run sipas user sso on the server.
signin-sso-wrong-name = The identity has more than 255 characters, or a space.
signin-sso-wrong-domain = The domain of this e-mail address is not in the setting oidc_email_domains.
signin-sso-taken = Another account is linked with this identity already.
signin-sso-nobody-left = The password can be switched off only with an identity; else nobody could enter the account.
signin-sso-not-vouched = The password can be switched off only where the setting oidc_second_factor says that the single sign-on sees to a second factor itself.
# --- signin: what owners of accounts and administrators are told ---
signin-notice-subject = Your survey account: { $what }
signin-notice-changed = The account “{ $account }” of the survey system has been changed.
signin-notice-guessed = Somebody entered a wrong password for the account “{ $account }” many times in a row.
signin-notice-by-owner = this account itself
signin-notice-by-nobody = the system, or somebody not signed in
signin-notice-advice = If you neither did this nor asked for it: open { $page }, change the password, end the other sessions, and tell an administrator at once.
signin-notice-guessed-advice = The account is not locked: you can still log in. If it was not you, tell an administrator and turn on the second factor.
signin-notice-never = We never ask for passwords or codes by mail or telephone. This mail was sent automatically; please do not answer it.
signin-grants = New rights and ways in, last 7 days
signin-grants-what = Who was added, given other rights, or a link to set a password. All administrators see this; if something looks odd, ask who did it.
signin-grants-some = { $n } changes of accounts and rights in the last 7 days.
signin-grants-look = Look
signin-grants-by = by { $actor }
signin-doctor-audit-cut = the mark of the old entries removed is not as it was written
signin-doctor-head-removed = entry { $number } was too old to keep and was removed, so that nothing can be compared; note the newer head
config-wanted-networks = addresses or networks separated by commas, such as 10.0.0.0/8
config-wanted-hours = days and times, such as mon-fri 07:00-18:00, sat 07:00-11:30
signin-hours = Outside the hours of administration
signin-hours-what = Administration is open only in the hours that the Department has set. Answers of citizens are taken as ever.
signin-hours-next = Please come back in working hours.
config-wanted-audit-months = a number of months from 3 to 240, or 0 to keep it for ever
access-did-audit-sweep = Removed entries of the log that are too old
access-did-account-idle = Switched off, not used for long
signin-password-common = This password is easy to guess: many people use it, or it is one or two common words or a unit’s name with some figures. Take a long sentence, such as four words that have nothing to do with each other.
signin-password-kinds = A password needs capital and small letters, digits and other signs (a blank will do).
signin-password-before = The account has had this password among its last five. Please choose another one.
signin-renewal = Change your password
signin-renewal-what = The password of this administrator’s account has been used for more than 60 days and must be changed by the rules. Then you go on.
signin-renewal-button = Change and go on
signin-name-wrong = A sign-in name has 2 to 64 small letters without marks, digits and . _ - @, and begins and ends with a letter or digit.
signin-name-full = The full name has a field of its own.
signin-ended = The session has ended (it was not used for long, or was ended elsewhere). Sign in again to return to the page.
signin-factor-title = Second factor
signin-factor-purpose = Besides the password, each log-in takes a code from your telephone: whoever learns your password does not get in.
signin-factor-first = This account must have a second factor before it can be used. It takes about two minutes.
signin-factor-app = Install an authenticator app on your telephone
signin-factor-app-how = Any app that follows the TOTP standard will do, such as Google Authenticator, Microsoft Authenticator, Aegis or FreeOTP. It needs no network.
signin-factor-scan = Scan the QR code with that app
signin-factor-qr = QR code for the authenticator app
signin-factor-by-hand = It cannot be scanned? Choose “enter a setup key” in the app and copy this key:
signin-factor-here = Reading this on the telephone itself? Open the app from here.
signin-factor-confirm = Confirm
signin-factor-password = Current password
signin-factor-code = Current code
signin-factor-code-hint = The six-digit code of the telephone in use, or a recovery code.
signin-factor-new-code = The six-digit code that the app now shows
signin-factor-new-code-hint = It changes every 30 seconds.
signin-factor-turn-on = Turn on the second factor
signin-factor-change-title = Change to another telephone
signin-factor-change-how = The old telephone stops working and the recovery codes are replaced as soon as you confirm. The account’s other sessions end.
signin-factor-change = Change telephone
signin-factor-on = It is on. { $n } recovery codes are left.
signin-factor-few = { $n ->
    [0] It is on, but no recovery code is left. Make new ones now, or you are locked out when the telephone is lost.
    [one] It is on, but only one recovery code is left. You should make new ones.
   *[other] It is on, but only { $n } recovery codes are left. You should make new ones.
 }
signin-factor-renew-title = Make new recovery codes
signin-factor-renew-how = All old recovery codes stop working. The account’s other sessions end.
signin-factor-renew = Make 10 new codes
signin-factor-remove-title = Turn off the second factor
signin-factor-remove-how = From then on the password alone opens the account. The account’s other sessions end.
signin-factor-remove = Turn off
signin-factor-compulsory = The role of this account must have a second factor, so it cannot be turned off; you can change to another telephone.
signin-factor-late = The page was open for too long, so the earlier QR code no longer works. Scan the new one below.
signin-factor-wrong-password = The current password is wrong.
signin-factor-wrong-new = The code of the telephone being set up is wrong. Make sure you have scanned the QR code below, then enter the code it shows.
signin-factor-clock-ahead = The telephone’s clock is about { $minutes } minutes fast (the server’s time is { $time }). Let the telephone set its time by itself, then enter a new code.
signin-factor-clock-behind = The telephone’s clock is about { $minutes } minutes slow (the server’s time is { $time }). Let the telephone set its time by itself, then enter a new code.
signin-factor-short-password = The current password has fewer than 14 characters, which is enough only beside a second factor. Change to a longer one before you turn it off.
signin-factor-lost-title = Second factor of “{ $name }”
signin-factor-lost-purpose = For when whoever holds the account “{ $name }” has lost the telephone and has no recovery code left.
signin-factor-lost-what = Make sure that it is the right person who asks: meet them, or call back a number that you know. Once removed, the password alone opens the account “{ $name }” until another one is set up; its sessions end at once. This is recorded in the audit log.
signin-factor-lost-name = The name you typed is not this account’s.
signin-factor-lost-remove = Remove the second factor
signin-codes-title = Recovery codes
signin-codes-done = The second factor is on.
signin-codes-note = These ten codes are shown once. Print this page or copy them to paper, and keep them in a safe place apart from the telephone.
signin-codes-how = When the telephone is lost or left behind, enter one of them instead of the six-digit code. Each works once.
signin-codes-on = I have put the codes away, go on
signin-codes-waiting = When you have put them away, send the form you filled in before.
signin-user-unknown = There is no account “{ $name }”.
signin-user-none = The account “{ $name }” has no second factor.
signin-user-removed = Removed the second factor of the account “{ $name }” and ended its sessions.
signin-removed-on = Go on
signin-removed = The second factor is off. From now on the password alone opens the account.

# --- aside: để riêng câu trả lời / setting answers aside ---
aside-link = Set answers aside
aside-title = Set answers aside
aside-purpose = Take a doubtful group of answers out of all figures without deleting any: one person proposes it and says why, a second one confirms. The way back is the same.
aside-how = Nobody sees single answers. Only a whole group can be set aside: the answers of a counter (or of all counters of a unit) on days that are over, at least { $k }, so that nobody can work out what a person answered. The report says how many answers of which unit were set aside and why; units are not told the counter and the days. Every step is in the audit log.
aside-empty = No answers are set aside
aside-empty-what = Flags on the watching page only point; they remove no answer. Please ask the unit first; if need be, make a proposal below.
aside-list = Groups of answers
aside-number = No. { $n }
aside-counter-of = { $counter }, { $unit }
aside-whole-unit = All counters of { $unit }
aside-days = Days
aside-one-day = { $day }
aside-from-to = { $from } – { $to }
aside-answers = Answers
aside-why = Reason
aside-proposed = Proposed
aside-decided = Decided
aside-back-proposed = Return proposed
aside-back-decided = Return decided
aside-by = { $who }, { $when }
aside-state-proposed = waits for a second person
aside-state-withdrawn = withdrawn
aside-state-rejected = rejected
aside-state-out = set aside
aside-state-back-proposed = set aside, return waits
aside-state-back = counted again
aside-confirm-what = When you confirm, these { $n } answers leave the index and every report at once. They are kept, stay part of the answers received (named as set aside), and can be counted again.
aside-confirm = Confirm setting aside
aside-reject = Reject
aside-own = You made this proposal, so somebody else who may manage the survey has to decide.
aside-withdraw = Withdraw proposal
aside-back-what = When you confirm, these { $n } answers are counted in all figures again.
aside-confirm-back = Confirm return
aside-reject-back = Keep set aside
aside-propose-back = Propose return
aside-back-words = Why these answers are to count again
aside-new = Propose setting aside
aside-counter = Counter
aside-counter-hint = Unit, name of the counter and its code.
aside-unit-box = All counters of the unit of this counter
aside-first = From
aside-last = To the end of
aside-days-hint = Day/month/year; the last day must be over.
aside-reason = Kind of reason
aside-choose = – Please choose –
aside-reason-burst = Many answers within a short time, without an explanation
aside-reason-staff = Staff answered themselves or interfered
aside-reason-trial = Trials or training
aside-reason-fault = Technical fault
aside-reason-other = Another reason
aside-words = Explanation
aside-words-hint = { $shortest } to { $longest } characters. It is printed in the report: please name no person.
aside-propose = Send proposal
aside-done-proposed = The proposal is noted. The answers count until a second person confirms.
aside-done-out = Set aside. No figure counts these answers any more.
aside-done-rejected = Noted as rejected; the answers still count.
aside-done-withdrawn = The proposal is withdrawn.
aside-done-back-proposed = The proposal is noted. The answers stay set aside until a second person confirms.
aside-done-back = All figures count these answers as before.
aside-done-kept = The answers stay set aside.
aside-no-counter = The campaign has no counter with this code.
aside-no-days = Please enter days within the campaign; the first one not after the last.
aside-not-over = The last day must be over: answers are still coming in today.
aside-overlap = Group no. { $n } has answers of this counter and these days already. Please choose other days.
aside-few = There are only { $n } answers; at least { $k } are needed. Please choose more days or all counters of the unit.
aside-left = Only { $n } answers of the unit would count; at least { $k } must, or none. Please choose fewer days.
aside-difference = Figures shown before would differ by fewer than { $k } answers, so that one could work out what people answered. Please choose other days, or wait for more answers.
aside-windows = Too many groups of this unit have been set aside.
aside-no-reason = Please choose a kind of reason.
aside-no-words = Please explain in { $shortest } to { $longest } characters.
aside-same-person = Whoever proposes cannot decide; a second person has to.
aside-erased = The single answers of this campaign were deleted at the end of their time, so none can be set aside or count again. The last report stays as it is.
aside-meanwhile = This proposal was decided on while the page was open. How it stands now is below.
aside-flag-link = Set aside…
aside-waiting = Proposals to set answers aside that wait for a second person: { $n }.
aside-of-these = { $n } of them set aside
aside-waiting-link = Look and decide
aside-note-steps = The campaign is open: answers are counted by whole days and in steps of at least { $k } answers of a unit; today’s answers and at least the { $k } newest of each unit do not count yet, so that nobody can work out from two reports what a person answered. No answer is lost: all count once the campaign closes.
aside-note-newest = The campaign is open and this report counts the newest answers, too: for checks alone, not for publishing.
aside-note-group = { $n } answers of { $unit } were set aside and are in no figure. { $reason }: { $words }
aside-note-with = With the { $n } answers that were set aside the index would be { $with } instead of { $without }.
aside-kind = Answers set aside
aside-did-propose = Setting answers aside proposed
aside-did-confirm = Setting answers aside confirmed
aside-did-reject = Setting answers aside rejected
aside-did-withdraw = Proposal to set answers aside withdrawn
aside-did-propose-back = Return of answers proposed
aside-did-confirm-back = Return of answers confirmed
aside-did-reject-back = Return of answers rejected
aside-did-withdraw-back = Proposal to return answers withdrawn
aside-audit-number = Number
aside-audit-words = Explanation
aside-audit-from = From
aside-audit-to = To the end of
aside-audit-answers = Answers
aside-audit-proposed-by = Proposed by
aside-audit-newest = Newest answers, too

# --- desk-remind: reminding officers ---
desk-remind-link = Remind units that are behind
desk-remind-title = Remind units that are behind
desk-remind-purpose = Writes to the officers of units that are behind their plan. You see the letter before it goes out; each time is noted in the log.
desk-remind-empty = There is nobody to remind yet
desk-remind-empty-what = Letters go to accounts of unit officers with an e-mail address, in units with planned answers. Addresses are entered by a province administrator on the page “Accounts”; planned answers by a survey manager on the campaign's page of units and samples.
desk-remind-units = Units to be reminded
desk-remind-unit = { $name }: { $done } of { $plan } answers ({ $share })
desk-remind-unit-first = { $pace }; to { $officers }
desk-remind-unit-again = { $pace }; to { $officers }; reminded on { $day }
desk-remind-subject = Subject
desk-remind-text = Letter
desk-remind-places = These places are filled in for each unit, figures up to yesterday: { $places }
desk-remind-preview = Preview
desk-remind-preview-again = Preview again after changes
desk-remind-previewed = { $n ->
    [one] 1 letter will be sent, as follows
   *[other] { $n } letters will be sent; the first one as follows
  }
desk-remind-send = Send
desk-remind-weekday = Remind every week
desk-remind-weekday-hint = At 8 in the morning of the day chosen, the letter above goes to units that are behind by 5% of their plan or more, until the campaign closes.
desk-remind-never = Do not
desk-remind-weekly = Save the weekly reminder
desk-remind-done = { $n ->
    [one] 1 letter was written.
   *[other] { $n } letters were written.
  } They go out within minutes; the table below says what became of them.
desk-remind-done-weekly = Reminders go out every week.
desk-remind-done-ended = Reminders no longer go out by themselves.
desk-remind-before = Letters written before
desk-remind-when = When
desk-remind-whom = Account
desk-remind-state = State
desk-remind-sent = sent
desk-remind-failed = could not be sent
desk-remind-waiting = waiting
desk-remind-monday = Monday
desk-remind-tuesday = Tuesday
desk-remind-wednesday = Wednesday
desk-remind-thursday = Thursday
desk-remind-friday = Friday
desk-remind-saturday = Saturday
desk-remind-sunday = Sunday
desk-remind-nobody = Please choose at least one unit.
desk-remind-no-subject = Please write a subject.
desk-remind-no-text = Please write the letter.
desk-remind-long = At most { $n } characters.
desk-remind-place = { $place } is no place that can be filled in; mend it or leave out the square brackets.
desk-remind-no-weekday = Please choose a day of the week.
desk-remind-no-server = The system is not connected to a mail server, so nothing can be sent. Please ask whoever runs the Department’s server to connect it; letters can be looked at here meanwhile.
desk-remind-closed = The campaign has closed, so nobody is reminded any more.
desk-remind-usual-subject = Nhắc thu phiếu khảo sát: [đợt]
desk-remind-usual-text = (Vietnamese text above)

# --- outbox: invitations and reminders by e-mail ---
outbox-nobody = Sir or Madam
outbox-usual-invitation-subject = Invitation: [survey]
outbox-usual-reminder-subject = Reminder: [survey]
outbox-usual-invitation =
    { "[dear]" }

    { "[sender]" } kindly invites you to take part: [survey].

    Please open your personal link:

    { "[link]" }

    Answers are taken from [opens] to [until] (Vietnam time).

    This link is yours alone and can be answered once; please do not pass it on. Looking at it does not use it up.

    Your answers are stored apart from your name and your link; results are only published summed up, after the survey closes.

    The survey never asks for passwords, one-time codes or money.

    Yours faithfully,
    { "[sender]" }
    Questions are answered here: [contact]
outbox-usual-reminder =
    { "[dear]" }

    We have had no answer yet from the link that we sent you for: [survey]. Please take a few minutes to answer; the survey is open until [until] (Vietnam time).

    Please open the new link below; the one in the mail before no longer works:

    { "[link]" }

    The server only notes whether a link was used, so as to remind you, and never when; your answers are stored apart from your name and your link.

    The survey never asks for passwords, one-time codes or money. If you want no more reminders, please use the unsubscribe button of your mail program; your link can still be answered.

    Yours faithfully,
    { "[sender]" }
    Questions are answered here: [contact]
outbox-until-day = the end of { $day }
outbox-until-time = { $time } on { $day }
outbox-moment = { $time } on { $day }
outbox-example-title = Director of the Department of Home Affairs
outbox-words-unsigned = The settings of the campaign do not name { $missing }, so that the mail cannot and its reader has less reason to trust it. Please add it to the introduction, and come back.
outbox-words-no-sender = the responsible body
outbox-words-no-contact = a contact (telephone or e-mail)
outbox-words-no-both = the responsible body and a contact (telephone or e-mail)
outbox-words-to-settings = Open the settings
outbox-newer = There is a newer link
outbox-newer-what = We have sent you a new link, or are about to, so that this one no longer works.
outbox-newer-next = Please open our latest mail and use the link in it.
outbox-newer-kept = The answers you have just sent were not taken, but this page still has all of them.
outbox-newer-label = The new link, or the short code of a new letter
outbox-newer-hint = Open our latest mail, copy the link and paste it here. Please leave this page open until your answers are sent.
outbox-newer-send = Send the answers by the new link
outbox-newer-texts = What you wrote (to copy)
outbox-newer-missing = Please paste the new link here, or type the short code.
outbox-newer-wrong = There is no such link or code. Please copy the whole link from our latest mail; this page still has your answers.
outbox-stop-title = No more mail?
outbox-stop-what = If you agree, we will send you no more mail about this survey.
outbox-stop-link = The link that was sent still works: you can answer at any time before the survey closes.
outbox-stop-button = Send me no more mail
outbox-stopped = No more mail
outbox-stopped-what = You will get no more mail about this survey.
outbox-stopped-next = The link that was sent still works if you want to answer.

outbox-title = Invitations and reminders
outbox-purpose = Sends each invited person a personal link by e-mail, reminds those who have not answered, and shows how far the sending is. This page knows counts alone, never who has answered.
outbox-empty = Nobody gets mail yet
outbox-empty-what = The list of this campaign has no e-mail addresses. Bring in a list with addresses, then come back here to send.
outbox-by-mail = With an address
outbox-sent = Invitation sent
outbox-unsent = Not sent yet
outbox-printed = Link printed, so no mail
outbox-no-mail = Want no more mail
outbox-invite = Send invitations
outbox-remind = Send reminders
outbox-words-invitation = Words of the invitation
outbox-words-reminder = Words of the reminder
outbox-stop-all = Stop mails that wait
outbox-retry = Try again now
outbox-back = Back to invitations
outbox-away = The mail server cannot be reached ({ $reason }). Mails wait and are tried again; none is lost.
outbox-last-reply = To the latest attempt the mail server said: { $reason }. Those mails are tried again.
outbox-no-runs = No mail has been sent yet.
outbox-runs = Sent off
outbox-day = Day
outbox-kind = Mail
outbox-kind-invitation = Invitation
outbox-kind-reminder = Reminder
outbox-count-queued = To send
outbox-count-sent = Sent
outbox-count-waiting = Waiting
outbox-count-refused = Refused
outbox-count-stopped = Stopped
outbox-under = under { $n }
outbox-from = from { $n }
outbox-steps = Until the campaign closes, counts of reminders are shown in steps, since the exact number would tell how many have answered.
outbox-unreached = Invitations that did not arrive
outbox-unreached-what = Mend the addresses and send again, or print links for these persons. This table says nothing of answers.
outbox-unreached-n = { $n } persons without their invitation
outbox-code = Code
outbox-person = Name
outbox-address = Address
outbox-why = Reason
outbox-fault-address = Not a valid address
outbox-fault-refused = Refused by the mail server ({ $reply })
outbox-fault-given-up = Tried for days
outbox-schedule = Reminders by themselves
outbox-schedule-what = Reminders go out from 8 in the morning to those who have not answered, and end when the campaign closes. Leave the first two fields empty for none.
outbox-schedule-every = Again after … days
outbox-schedule-every-hint = Counted from the latest mail, such as 5.
outbox-schedule-dates = On these days
outbox-schedule-dates-hint = Day/month/year, separated by commas, such as 05/12/2026, 10/12/2026.
outbox-schedule-before = None in the last … days
outbox-schedule-before-hint = How many days before the last day of the campaign reminders end.
outbox-schedule-save = Save schedule
outbox-schedule-days = Please give a number of days from { $least } to { $most }, or nothing.
outbox-schedule-past = { $typed } is here or over; the schedule begins tomorrow.
outbox-schedule-late = { $typed } is after the last day for reminders.
outbox-schedule-many = At most { $n } days.
outbox-done-invite = The invitations are in the outbox and go out one by one; the table below shows how far they are.
outbox-done-remind = The reminders are in the outbox and go out one by one.
outbox-done-stop = The mails that waited are stopped.
outbox-done-retry = The mail server is being tried again.
outbox-done-schedule = The schedule is saved.
outbox-done-unscheduled = No more reminders by themselves.
outbox-invite-what = { $n } persons will get an invitation with a link of their own. The mails go out by the limit per minute.
outbox-invite-undo = What was sent cannot be taken back; what waits can be stopped.
outbox-invite-button = Send { $n } invitations
outbox-remind-what = Only those who have not answered get a reminder: at most { $n } of the { $sent } who got an invitation, by the number of answers that is shown today.
outbox-remind-link = Each reminder carries a new link; once it has arrived, the one in the mail before no longer works and says so.
outbox-remind-count = Nobody can see to whom reminders went.
outbox-remind-button = Send reminders
outbox-stop-all-what = No mail of this campaign that waits will be sent. What was sent stays good.
outbox-stop-all-undo = To go on, send invitations once more: only those who got none are written to.
outbox-retry-what = The mail server is tried at once, without waiting for its turn.
outbox-hindrance-draft = The campaign has not been released, so that no mail can be sent yet. Please release it first.
outbox-hindrance-closed = The campaign has closed; no more mail is sent.
outbox-hindrance-not-open = Reminders can only be sent while the campaign takes answers.
outbox-hindrance-nobody = There is no mail to send or to stop now.
outbox-hindrance-today = Reminders went off today; there is one a day at most, so that nobody learns who has just answered. Please send them another day.
outbox-words-purpose = Change subject and text. Look at them, send them to yourself, then save; mails sent from then on say so.
outbox-words-usual = These are the usual words; once saved, the campaign has its own.
outbox-words-hint = What stands in square brackets is filled in for each person. A mail carries one link and no pictures; a line of dashes (---) parts two sections.
outbox-words-blanks = What can be filled in, with examples
outbox-words-blank-empty = (nothing yet; its line is left out)
outbox-words-preview = Preview
outbox-words-test = Send to myself
outbox-words-save = Save words
outbox-words-reset-button = Back to the usual words
outbox-words-saved = The words are saved.
outbox-words-reset = The usual words are used again.
outbox-previewed = The mail as it will be seen
outbox-plain = Plain text (for mail programs without formats)
outbox-example-name = Mr Nguyễn Văn Minh
outbox-tested = Sent to { $email }. Please look into the junk folder, too.
outbox-test-no-address = Your account has no e-mail address; an administrator can add one.
outbox-test-address = The e-mail address of your account is not valid.
outbox-test-refused = The mail server does not take the test: { $reply }.
outbox-fault-no-link = The text lacks the blank [liên kết] (or [link]): without its link nobody can answer.
outbox-fault-link-in-subject = The subject may not carry the link; please leave it in the text.
outbox-fault-other-link = A mail carries one link, so that nobody mistakes it; please take out “{ $address }”.

# Deletions that were promised: sipas doctor and the list of campaigns
desk-doctor-promises = nothing is overdue to be deleted
desk-doctor-answers = campaign { $slug }: single answers were promised to be deleted from { $day } on, and are still there. { $why }
desk-doctor-list = campaign { $slug }: the list of invited persons was promised to be deleted from { $day } on, and is still there. { $why }
desk-doctor-no-report = The last report, which is kept, cannot be made, so nothing was deleted: { $why }
desk-doctor-waits = The server deletes within minutes of running (sipas serve); if it is running, see its log.
desk-doctor-unwritten = the database's files still have copies of what was deleted on { $day }: they could not be written anew. The server tries every hour; see whether the disk has as much room as the database takes, and the server's log.
desk-overdue = Not deleted as respondents were promised
desk-overdue-answers = Single answers of “{ $title }” should have been deleted from { $day } on.
desk-overdue-list = The list of invited persons of “{ $title }” should have been deleted from { $day } on.
desk-overdue-unwritten = The database's files still have copies of what was deleted on { $day }.
desk-overdue-what = Please tell whoever runs the server: the command sipas doctor names the cause.

# --- links, invite: links and invitations ---
links-once = { $n } new personal links are shown only this once; if one is lost, make another with --reissue.
links-unknown-invitation = There is no invitation with the code “{ $code }”.
invite-closed = The campaign “{ $slug }” has closed; no more invitations are sent.
invite-no-server = There is no mail server; set SIPAS_SMTP_URL, such as smtps://account:password@mail.binhdinh.gov.vn.
invite-failed = { $code }: { $why }
invite-sent = Sent { $n } invitations.
invite-queued = { $n } invitations are in the outbox; the server (sipas serve) will send them.
invite-waiting = { $n } mails wait to be tried again; the server (sipas serve) goes on with them, or run this again later.
invite-file = { $path } cannot be used: { $detail }.
invite-printed = { $n } persons have a printed link and get no mail, which would end that link; if need be make another with sipas links --reissue.
invite-some-failed = { $n } mails could not be sent; see the lines above, mend the addresses with sipas apply and run this again.
invite-server = The address of the mail server (SIPAS_SMTP_URL) cannot be used: { $detail }
invite-sender = The sender (SIPAS_MAIL_FROM) “{ $sender }” is no e-mail address.
invite-recipient = the e-mail address is not valid.
invite-refused = the mail server refuses: { $reply }.
invite-unreachable = The mail server cannot be reached: { $detail }. The mails are in the outbox, and the server (sipas serve) goes on with them; check SIPAS_SMTP_URL, or run this again. What was sent is not sent twice.
# --- respond: pages of respondents ---
respond-languages = Languages
respond-language-name = English
respond-direction = ltr
respond-error-title = Error:
respond-heading = Survey of satisfaction with public administration
respond-demonstration = Demonstration: answers given here do not count as a real survey.
respond-never-asked = Nobody may ask you for a password, a one-time code or money in this survey.
respond-length = { $questions } questions, { $minutes ->
    [one] about 1 minute
   *[other] about { $minutes } minutes
}.
respond-length-at-most = At most { $questions } questions, { $minutes ->
    [one] about 1 minute
   *[other] about { $minutes } minutes
}.
respond-length-texts = { $questions } questions and { $texts ->
    [one] a place
   *[other] { $texts } places
} for comments, { $minutes ->
    [one] about 1 minute
   *[other] about { $minutes } minutes
}.
respond-length-at-most-texts = At most { $questions } questions and { $texts ->
    [one] a place
   *[other] { $texts } places
} for comments, { $minutes ->
    [one] about 1 minute
   *[other] about { $minutes } minutes
}.
respond-optional = (optional)
respond-optional-explained = Questions marked “(optional)” may be left out.
respond-once = This link sends one form only. Opening it does not use it up.
respond-progress = { $done } of { $all } questions answered
respond-sending = Sending…
respond-offline = No network; your answers are kept.
respond-offline-page = No network; your answers stay on this page.
respond-lost = Not sent yet, as there is no network. Your answers are kept on this device for an hour and are sent by themselves once there is one. Please keep this page open.
respond-lost-page = Not sent yet, as there is no network. Your answers stay on this page and are sent by themselves once there is one. Please keep this page open.
respond-busy-retry = The system is busy, so your answers are not stored yet. This page will send them again by itself; please keep it open.
respond-missing = Some questions have no answer yet
respond-missing-what = Please answer the questions below and go on. What you have answered is still here.
respond-try-again = Try again now
respond-restored = What you answered on this device before has been filled in again.
respond-fresh = Clear and start anew
respond-keep-title = Not finished?
respond-keep = Keep answers on this device to go on later
respond-keep-hint = Only on a device of your own. Unsent answers stay on this device for at most 14 days, never on the server; sending deletes them.
respond-questions = { $questions } questions
respond-questions-at-most = At most { $questions } questions
respond-left = { $left } characters left.
respond-part = Part { $part } of { $parts }
respond-next = Continue
respond-back = Back
respond-send = Send answers
respond-send-again = Send again
respond-mode = Who filled in this form?
respond-mode-self = Myself
respond-mode-helped = Myself, with help from staff
respond-mode-proxy = I answered for somebody else
respond-pictures = Show pictures
respond-listen = Listen to question { $number }
respond-before-sending = Answers cannot be changed once they are sent.
respond-errors = Your answers were not sent
respond-errors-kept = Everything you answered is still here. Please look at the points below and send again.
respond-unknown-field = What was sent held a field that does not belong to this questionnaire. It has been left out; please check and send again.
respond-no-key = A part of the form was lost on its way, so it is not stored. Please press the button at the end of the page again.
respond-fault-missing = Please choose an answer
respond-fault-empty = Please write an answer
respond-fault-option = The answer is none of the choices, please choose again
respond-fault-repeated = Only one answer is allowed, please check it
respond-fault-long = Longer than { $length } characters, please shorten it
respond-fault-number = Please write a number, for example 3
respond-fault-range = Please write a number from { $low } to { $high }
respond-choose-several = You may choose several answers.
respond-longest = At most { $length } characters.
respond-number = Write a number.
respond-number-between = Write a number from { $low } to { $high }.
respond-only-question = Only answer this if { $rule }.
respond-only-section = Only answer this section if { $rule }.
respond-rule-in = in question { $number } you chose { $options }
respond-rule-not-in = in question { $number } you did not choose { $options }
respond-rule-not = not ({ $rule })
respond-and = and
respond-or = or
respond-thanks = Thank you
respond-thanks-what = Your answers have been stored. They help public offices to serve people better.
respond-thanks-next = You may close this page. There is no need to send anything again.
respond-early = The survey has not started yet
respond-early-what = Answers are taken from { $when }.
respond-early-next = On that day, please open this address or scan the code again.
respond-closed = The survey has ended
respond-closed-what = Answers were taken until the end of { $day }. Thank you for your interest.
respond-closed-next = If you have feedback or a complaint, you may send it to the office that handled your case.
respond-unknown = No questionnaire found
respond-unknown-what = This address leads to no questionnaire. It may have been mistyped or cut short.
respond-unknown-next = Please scan the code at the counter again, or open the link in your invitation and check that it is complete.
respond-used = This link has been used
respond-used-what = Answers were sent with this link and have been stored. Each link sends one form only.
respond-used-next = There is nothing more for you to do. If it was not you, please tell the office that invited you.
respond-busy = Your answers are not stored yet
respond-busy-what = The system is busy, so your answers could not be stored. They are all still on this page.
respond-busy-next = Please do not close the page. Wait about a minute and press the button below; pressing it twice still counts once.
respond-large = Too much was sent
respond-large-what = What was sent is over the limit for a questionnaire, so it was not stored.
respond-large-next = Please go back, shorten your comment and send again.
respond-type = The form could not be read
respond-type-what = What was sent is not in the form of a questionnaire, so it was not stored.
respond-type-next = Please open the questionnaire in a browser and send it from there.
respond-bad = The form arrived damaged
respond-bad-what = Part of what was sent is missing or damaged, so it was not stored.
respond-bad-next = Please go back, reload the page and send your answers again.
respond-denied = This account may not do that
respond-denied-what = It is for those of the Department who were given the task.
respond-denied-next = If you need it, please ask the administrator of the system.
respond-apart = Comments are stored apart and read by somebody before any report shows them. Please do not write names, telephone or case numbers.
respond-apart-kept = Comments are stored apart and read by somebody before any report shows them. Please leave case numbers out, too.
respond-site = The form did not come from this site
respond-site-what = The request came from another site and was refused to protect you. Nothing was stored.
respond-site-next = Please open the questionnaire with the code at the counter or the link in your invitation, and send it from there.
respond-many = Too many requests
respond-many-what = Too many requests came from this network in a short time, so the last one was not carried out.
respond-many-next = Please wait a few minutes, go back and try again.
respond-internal = Something went wrong
respond-internal-what = The fault is in the system, not with you.
respond-internal-next = Please wait a few minutes, go back and try again; sending twice still counts once.
respond-other = This form belongs to another survey
respond-other-what = The form belongs to another survey than the one open here, so it was not stored.
respond-other-next = Please open this address or scan the code again and answer the form that is open now.
respond-unavailable = The system is busy
respond-unavailable-what = This page cannot be opened at the moment.
respond-unavailable-next = Please wait about a minute and reload the page.
respond-slow = That took too long
respond-slow-what = The connection was too slow to carry out the request.
respond-slow-next = Please go back, check your connection and send again; sending twice still counts once.
respond-words = This could not be done
respond-words-next = Please go back and try again.
respond-poster-print = Paper size A5. To print, press Ctrl+P (on a Mac: ⌘P).
respond-poster-invite = Scan the code and tell us about your visit today
respond-poster-code = QR code that leads to the questionnaire
respond-poster-or = Or open the address
respond-poster-safe = No names. Nobody may ask you for a password, a one-time code or money.
# --- paper: paper forms and keying in ---
paper-title = Paper forms
paper-purpose = Print numbered paper forms for each counter, then key in the answers from those filled in. Each number counts once.
paper-printed = Sheets printed
paper-counted-n = Sheets counted
paper-once = Waiting for a second person
paper-differing = Keyed differently
paper-key-in = Key in sheets
paper-differing-list = To be compared with the paper
paper-once-list = Keyed once
paper-print = Print forms
paper-counter = Counter
paper-count = How many
paper-count-hint = 1 to 300 at a time. Numbers go on through the whole campaign and never repeat.
paper-print-button = Number the forms
paper-specimen = Look at a form without a number (PDF)
paper-batches = Numbered forms, the last first
paper-numbers = Numbers
paper-download = Download to print
paper-download-numbers = Download to print: { $numbers }
paper-no-counter = No counter in use has this code. Codes are on the campaign's page.
paper-wrong-count = How many must be a whole number from 1 to { $most }.
paper-twice = Keying twice
paper-twice-off = Off: one person keys a sheet and it counts at once. When on, two people key each sheet; only sheets that agree, or were compared, count.
paper-twice-on = On: two people key each sheet; only sheets that agree, or were compared, count.
paper-twice-start = Key every sheet twice
paper-twice-stop = Key every sheet once
paper-still-waiting = This cannot be turned off yet: some sheets were keyed once or are not compared. Finish those first.
paper-entry-title = Key in paper forms
paper-number = Sheet number
paper-number-hint = At the top right of the sheet.
paper-open = Open the sheet
paper-sheet = Sheet { $number }
paper-how = Type the number beside the box that is marked, then press Enter. Left blank or not legible: type a minus sign (-). Questions that may be left out: leave empty.
paper-several = (type the numbers together, such as 13)
paper-save = Store the sheet
paper-other = Another number
paper-missing = Nothing typed. If the sheet leaves it blank, type a minus sign (-).
paper-wrong-key = No option has this number.
paper-not-asked = After the answers before it this question is not asked: empty this field, or mend the answer before if it was mistyped.
paper-kept = Sheet { $number } is stored.
paper-kept-counted = It counts.
paper-kept-first = It waits for a second person.
paper-not-printed = Number { $number } was not printed in this campaign. Look again at the top right of the sheet.
paper-yours = You keyed sheet { $number } once; storing it again replaces that. The second time is for somebody else.
paper-differs = Sheet { $number } was keyed differently by two people and has to be compared, on the page Paper forms.
paper-counted = Sheet { $number } counts already. Keying it again adds nothing.
paper-closed = This campaign takes no paper forms now. They are taken from its opening until 30 days after it closes.
paper-compare-title = Compare sheet { $number }
paper-compare-purpose = Two people keyed these questions differently. With the paper in hand, type what is right for each and store.
paper-decide = Store and count this sheet
paper-open-desk = Paper forms
respond-paper-how = Mark the box you choose with an X. If you chose by mistake, fill that box and mark another. When you are done, fold the form and put it into the box.
respond-paper-sheet = Sheet number
respond-paper-page = Page
respond-paper-number = (whole number)
respond-paper-several = several may be marked
respond-paper-optional = optional
respond-paper-thanks = Thank you.

# Judging several units in one sitting
sitting-units = You are asked to judge { $units } units, at most { $questions } questions each.
sitting-leave-out = Leave out the units that you do not know well; those are not counted.
sitting-once = This link can be sent once, for all units together. Opening it uses nothing up.
sitting-list = The units to judge
sitting-done = { $done } of { $all } units judged
sitting-judged = Judged
sitting-open = Not judged
sitting-send = Send all
sitting-before-sending = What is sent cannot be changed. If units are not judged yet, the next page asks about them.
sitting-empty = No unit is judged yet
sitting-empty-next = Please choose at least one unit of the list, judge it, and send.
sitting-title = Judging { $n } bodies
sitting-all-units = the bodies below
sitting-sure = { $n ->
        [one] One unit is not judged yet
       *[other] { $n } units are not judged yet
    }
sitting-sure-what = If you send now, these are left out:
sitting-sure-on = Go on judging
sitting-sure-send = { $n ->
        [one] Send, with the one unit judged
       *[other] Send, with the { $n } units judged
    }
sitting-sure-back = Back to the list
sitting-sure-final = The link sends once: after that no further unit can be judged.
sitting-unfinished = “{ $unit }” is not finished
sitting-unfinished-next = { $n ->
        [one] One question below still wants an answer; what you have answered is kept. If you would rather not judge this unit, press “{ $skip }” at the end of the page.
       *[other] { $n } questions below still want an answer; what you have answered is kept. If you would rather not judge this unit, press “{ $skip }” at the end of the page.
    }
sitting-number = Unit { $number } of { $all }
sitting-next = Done, go to the next unit
sitting-last = Done, review and send
sitting-to-list = Done, back to the list
sitting-skip = Leave this unit out
sitting-kept-until = Nothing is sent until you press “Send all” on the page with the list.
sitting-restored = The units that you judged before on this device were kept.
sitting-fresh = Delete and start anew
sitting-lost = Not sent: there is no connection. Your answers are still on this page; press again when you are online.

# --- import: answers from a file ---
import-unreadable = Cannot read the file { $path }: { $detail }.
import-not-utf8 = the text is not UTF-8. Save the file as “CSV UTF-8”.
import-broken = this line is no CSV: { $detail }.
import-links = The campaign { $slug } is answered by personal links and takes none from files: one person could answer twice.
import-not-open = The campaign { $slug } takes no answers from files now. They are taken from its opening until 30 days after it closes.
import-stale = The campaign changed while the file was read. Nothing was imported; run the command again.
import-done = Imported { $new } sheets into { $slug }; { $again } were there before.
import-too-many-cells = more cells than headings.
import-twice = sheet “{ $sheet }” stands in line { $line } already.
import-more-faults = … and { $n } more.
import-nothing-done = Nothing was imported. Mend these lines and run it again.
import-unknown-column = the column “{ $column }” is no question of the form.
import-column-twice = the column “{ $column }” is there twice.
import-no-column = the column “{ $column }” is missing.
import-channel = channel “{ $value }”: must be paper or import.
import-no-sheet = no sheet number (column sheet).
import-paper-number = the number “{ $value }” of a paper sheet must be a whole number above 0.
import-counter = this campaign has no counter “{ $value }”.
import-language = the form has no language “{ $value }”.
import-mode = mode “{ $value }”: must be self, helped, proxy or empty.
import-modules = which modules this person was asked is not clear: the answers fit no choice of modules, or several.
import-missing = no answer; if the respondent left it blank, write a minus sign (-).
import-unknown-code = no option has this code ({ $codes }).
import-cell = { $column }: { $words }

# --- print: posters, table stands, labels (PDF) ---
print-title = Print QR codes
print-title-counter = Print the QR code: { $name }
print-purpose = Posters, table stands and labels with the counters' QR codes as a PDF, to hang up, put on a desk or stick on. Print at actual size (100 %).
print-empty = Nothing to print yet
print-empty-what = This campaign has no counters in use. Add counters first, then come back.
print-which = Print for
print-every = All counters ({ $n })
print-every-of = Every counter of { $unit } ({ $n })
print-size = Size
print-size-a4 = Poster A4
print-size-a5 = Poster A5
print-size-a3 = Poster A3
print-size-stand = Table stand (A4, to be folded)
print-size-labels-21 = Labels of 63.5 × 38.1 mm (21 on a sheet of A4)
print-size-labels-8 = Labels of 99.1 × 67.7 mm (8 on a sheet of A4)
print-words = Language on paper
print-skip = Labels of the first sheet already used
print-skip-hint = To go on with a sheet that is used in part; fewer than a sheet has.
print-skip-over = Write a whole number from 0 to { $most }: a sheet of this size has { $n } labels.
print-local = Citizens’ phones cannot open these codes yet: the system’s address is an internal one (such as 127.0.0.1, localhost or 192.168…). Print only to have a look; have whoever installed the server set its public address before anything is put up.
print-takes = The file is made when you press the button; with many counters that may take a minute.
print-button = Download the PDF
print-other = Also
print-browser = See and print A5 pages in the browser
print-all = Print for all counters
print-not-built-in = This program was built without PDFs (feature pdf). Print from the browser, or ask whoever runs the server to install the full build.
print-template-broken = The template { $place } is broken: { $detail }. Mend the file, or take it out of the folder of templates to use the one built in.
print-no-code = The QR code cannot be drawn: { $detail }. Use a shorter SIPAS_BASE_URL.
print-unknown-language = There is no language “{ $lang }”.
print-no-counters = The campaign { $slug } has no counters in use.
print-nothing-at = There is no counter in use at “{ $code }”.
print-written = Counters in the file: { $n }.
print-logo-title = The province's logo
print-logo-purpose = An emblem or logo at the head of posters, table stands and paper forms.
print-logo-add = Add the province's logo
print-logo-change = Change the province's logo
print-logo-now = The logo in use
print-logo-none = There is no logo yet: prints begin with the campaign's title.
print-logo-file = Picture
print-logo-hint = PNG or JPEG, at most 200 kB. The picture is decoded and written anew; what lies beside it is not kept.
print-logo-save = Use this picture
print-logo-remove = Remove the logo
print-logo-remove-what = Without the logo, prints made from now on have no picture; what is printed stays as it is.
print-logo-nothing = No picture was chosen.
print-logo-too-large = The file is larger than 200 kB. Make the picture smaller and try again.
print-logo-kind = The file is neither PNG nor JPEG. SVG and other kinds are not taken; save the picture as PNG.
print-logo-pixels = The picture is wider or higher than { $n } pixels. Make it smaller and try again.
print-logo-broken = The file is broken and no picture can be read from it. Save the picture again and try once more.
respond-poster-title = QR codes of the survey
respond-poster-short = Scan to tell us your view
respond-poster-minutes = { $n ->
    [one] About 1 minute.
   *[other] About { $n } minutes.
}
respond-poster-fold = Fold along this line
respond-poster-logo = Logo

# The report as an official document (DOCX, PDF)
document-republic = SOCIALIST REPUBLIC OF VIET NAM
document-motto = Independence - Freedom - Happiness
document-number = No.: { $blank }/BC-{ $sign }
document-date = { $place }, { $blank } { $year }
document-kind = Report
document-subject = The index of satisfaction with public administration
document-subject-points = What officials said of administrative reform
document-subject-unit = of { $unit }
document-recipients = To
document-to-above = { $body } (report);
document-to-bodies = the bodies concerned;
document-to-archive = archive.
document-director = Director
document-head-of-body = Head of the body
document-table = Table
document-chart = Figure
document-annex = Annex
document-target-is = target { $target } or more
document-worst = { $n ->
    [one] The criterion that holds the index back most, and who is responsible:
   *[other] The two criteria that hold the index back most, and who is responsible:
}
document-no-answers = There is no valid answer sheet yet, so there are no results.
document-too-few = Nothing is published: there are fewer than { $minimum } answers, or a group with too few could be worked out.
document-index-not-computable = The index cannot be computed yet: a criterion has no answer.
document-situation = How the survey went
document-results = Results
document-assessment = Assessment
document-responsibility = Responsibilities and tasks
document-index-is = The index of satisfaction is { $index }, { $level } confidence interval: { $interval }, from { $n } valid answer sheets.
document-points = { $reached } points of { $possible } were reached; { $satisfied } of the answers are satisfied.
document-changed = Since “{ $previous }” the index changed by { $points } percentage points, more than the error of both surveys.
document-changed-by-chance = Since “{ $previous }” the index changed by { $points } percentage points, which is within the error of the two surveys: neither a rise nor a fall.
document-changed-untested = Since “{ $previous }” the index changed by { $points } percentage points; the difference cannot be tested.
document-not-compared = The index cannot be compared with “{ $previous }”.
document-not-compared-since = The index cannot be compared with “{ $previous }”: { $why }.
document-dimensions-table = The index and its dimensions
document-criteria-chart = The criteria against the target, lowest first
document-units-chart = Results by unit against the target
document-units-lowest-chart = The { $n } units with the lowest figures of { $all }
document-units-lowest-table = The { $n } units with the lowest figures of { $all }; all are in Annex I
document-criteria-below = Criteria below the target
document-nothing-below = No criterion has a figure below the target of { $target }.
document-so-many-below = { $n ->
    [one] One criterion has a figure
   *[other] { $n } criteria have figures
} below the target of { $target }; for { $certain } of them it is certain that the target is not met. Section IV lists them by body.
document-improve-first = To be improved first: criteria that go closely with satisfaction as a whole and are behind the others (an association, not a cause):
document-units-below = Units below the target
document-no-unit-below = Of no unit is it certain that it does not meet the target.
document-so-many-units-below = { $n ->
    [one] One unit certainly does not meet the target:
   *[other] { $n } units certainly do not meet the target, the lowest first:
}
document-and-more = and { $n } more (Annex I).
document-nobody = No criterion is below the target of { $target }, so no body has a task here.
document-tasks = What the province's plan asks for
document-tasks-of = { $plan }: tasks for the dimensions with criteria below the target:
document-row = row { $row }
document-by-body = Criteria below the target, by body
document-by-body-means = Each body sees the criteria that it leads, monitors or supports. Where the decision is “undecided”, the figure is below the target but the interval still holds it.
document-duties-table = Criteria below the target: { $body }
document-duties-unit = { $unit } (as judged itself)
document-duties-table-unit = Criteria below the target as { $unit } was judged
document-annex-units = Results by unit
document-annex-matrix = Dimensions by unit
document-matrix-table = Dimensions by unit (%)
document-matrix-means = *: below the target of { $target }; ~: undecided; no sign: met; –: not published or not computable.
document-annex-spread = How answers are spread
document-spread-table = Answer sheets by answer, unweighted
document-spread-means = –: not published, or nobody was asked. Figures in section II are weighted and may differ from shares in this table.
document-annex-comments = Comments
document-annex-method = Method
document-column-what = What
document-column-how = Value
document-column-weight = Weight
document-column-n = n
document-column-of-planned = Answers / planned
document-column-no-opinion = No opinion
document-column-row = Row
document-column-role = Role
document-sheet-duties = Responsibilities
document-column-body = Body
document-column-tasks = Tasks by the plan
document-duties = Responsibilities by body

# Reporting periods
period-quarter = quarter { $quarter } of { $year }
period-six-months = first six months of { $year }
period-nine-months = first nine months of { $year }
period-year = year { $year }
period-title = { $questionnaire } – { $period }
period-no-different = Campaign “{ $campaign }” asks or counts differently from the others (questionnaire, scale, criteria or weights), so that they make no common index. The page that compares campaigns still compares the criteria that are the same.
period-no-judging = In campaign “{ $campaign }” each person judged several bodies, so that it is not counted together with others. See the report of each campaign.
period-no-weighting = Campaign “{ $campaign }” has no number of transactions for every unit, other campaigns have. Enter it under Units and sample size, then open this page again.
period-no-empty = No campaign lies wholly within this period.
period-no-goes-on = This period has not ended. Its report can be made from { $day } on, shortly before it is due, once its campaigns have closed.
period-no-open = Campaigns of this period have not closed: { $campaigns }. The report is there as soon as they have.
period-no-erased = The answers of campaign “{ $campaign }” have been deleted as promised, so that they can no longer be counted together with others. The campaign's own report is still there.
period-note-pooled = Figures over { $n } campaigns together, each counted by its own number of transactions: { $campaigns }.
period-note-associations = Importance and reliability are in the reports of the single campaigns only.
period-menu = Reporting periods
period-title-page = Reporting periods
period-purpose = This page says which quarterly, six-month, nine-month and yearly reports have all their figures, of which campaigns they are made, and when they are due.
period-none = No reporting period yet
period-none-what = A period counts together the campaigns that asked the same questionnaire and lie wholly within it. Make and open a campaign first.
period-caption = Reporting periods of { $year }
period-year-name = { $year }
period-column-period = Period
period-column-campaigns = Campaigns within it
period-column-due = Due
period-column-standing = State
period-standing-ready = Has all its figures
period-quarter-of-year = quarter { $quarter }
period-unknown-series = No campaign with the form { $form } of the questionnaire { $definition } has been opened or scheduled.
period-without-series = Name a campaign, or a period with its questionnaire and form: --period 2026-q1 --definition sipas --form counter.
period-note-gaps = No survey was made in { $quarters }: the report holds only what was answered from { $from } to { $to }.
period-note-merged = { $n ->
    [one] One unit had been merged by the period's end: its figures are part of its successor's and stand right below it; it is not ranked and no decision of its own is counted.
   *[other] { $n } units had been merged by the period's end: their figures are part of their successors' and stand right below them; they are not ranked and no decisions of their own are counted.
}
period-standing-gaps = Can be made, but no survey was made in { $quarters }
period-standing-late = the report is overdue
period-standing-empty = No campaign yet
period-standing-goes-on = Goes on; can be made from { $day }
period-standing-waits = { $n ->
    [one] Waits for a campaign to close
   *[other] Waits for { $n } campaigns to close
}
period-to-series = Compare the campaigns
period-due = When reports are due
period-due-label = Day of a period’s last month
period-due-hint = A number from 1 to 31, by the rules of the province. In a shorter month it is the last day. Seven days before, those who manage campaigns get a mail if a report does not have all its figures.
period-due-fault = Day due: write a number from 1 to 31, for example 25.
period-due-save = Save the day
period-due-saved = The day was saved.
period-pooled = { $n ->
    [one] One campaign
   *[other] { $n } campaigns together
}
period-pooled-caption = The campaigns of the period, each counted by its own number of transactions
period-kind = Reporting period
period-did-ready = A period’s report has all its figures
period-did-due = A period’s report is due soon and lacks figures
period-did-due-day = Day due changed
period-mail-subject-ready = The report on the { $period } has all its figures
period-mail-subject-due = The report on the { $period } is due soon
period-mail-ready = The campaigns of the { $period } have closed, and the report is ready ({ $campaigns }).
period-mail-due = The report on the { $period } is due soon but does not have all its figures. Campaigns within the period: { $campaigns }.
period-unasked = Quarters without a survey
period-unasked-now = { $quarter }: no survey has been opened or scheduled. The report is due on { $due }.
period-unasked-over = { $quarter }: no survey was made. The quarter has no report, and those of six months, nine months and the year lack it.
period-unasked-way = Make or open a campaign
period-did-unasked = No survey in the quarter
period-mail-subject-unasked = No survey in the { $quarter } yet
period-mail-unasked = In the { $quarter } no survey has been opened or scheduled. The quarterly report is due on { $due }; without a survey there are no figures to report.
period-mail-unasked-longer = These reports will lack the quarter, too: { $periods }.
period-mail-unasked-page = Make or open a campaign at: { $page }
period-mail-when = Due: { $due }.
period-mail-page = See: { $page }

series-title = Campaigns compared
series-purpose = This page puts the closed campaigns beside each other: how index, dimensions, criteria and units moved, and whether that is more than chance.
series-none = No campaign has closed yet
series-none-what = Campaigns are compared as soon as they have closed.
series-all-units = All units together
series-chart = The index over the campaigns, with confidence intervals and the target
series-caption = The index of each campaign
series-column-campaign = Campaign
series-column-change = Since the campaign before (percentage points)
series-column-test = Change
series-column-line = Dimension, criterion
series-by-number = in per cent; the number above a column is that of the campaign in the table of campaigns
series-column-last = Last campaign against the one before
series-from-to = { $from } to { $to }
series-up = Clearly up
series-down = Clearly down
series-same = Not clear
series-no-unit = No such unit
series-lines = Dimensions and criteria
series-lines-caption = Dimensions and criteria over the campaigns
series-lines-means = “(clearly)” means that the change is larger than the errors of both campaigns, with allowance for the number of comparisons (Holm’s method).
series-units-caption = The index of the units over the campaigns, under the units that there are now
series-units-means = What was answered at a unit that has been merged counts for its successor where the figures of each allow it. “(clearly)” allows for all units being compared at once. Choose a unit to see it alone.
series-differ = { $n ->
    [one] The questionnaire changed between campaigns: one criterion is in some of them only or is asked otherwise. Only criteria that are the same are compared.
   *[other] The questionnaire changed between campaigns: { $n } criteria are in some of them only or are asked otherwise. Only criteria that are the same are compared.
}
series-differ-index = So the index of those campaigns cannot be compared.
series-why-not-computable = Cannot be computed
series-why-hidden = Too few answers in the campaign before
series-why-no-unit = The campaign before has no such unit
series-why-not-asked = Not asked in the campaign before
series-why-not-comparable = Asked or counted otherwise
series-why-no-variance = All answered alike: no test
series-latest-none = The last campaign has too few answers for an index.
series-latest-first = Last campaign: { $figure }. There is none before to compare it with.
series-latest-up = Last campaign: { $figure }, clearly up since “{ $before }” ({ $points } percentage points).
series-latest-down = Last campaign: { $figure }, clearly down since “{ $before }” ({ $points } percentage points).
series-latest-why = Last campaign: { $figure }. Nothing can be said against “{ $before }”: { $why }.
series-latest-same = Last campaign: { $figure }; since “{ $before }” it moved by { $points } percentage points, within the margin of error.
# Letters to each body that has a part in something below the target (DOCX, PDF), a page each
letter-number = No.: { $blank }/{ $sign }-{ $blank }
letter-about = Re: criteria of satisfaction that do not meet the target
letter-about-points = Re: matters of administrative reform that do not meet the target
letter-about-open = Re: criteria of satisfaction that are undecided
letter-about-open-points = Re: matters of administrative reform that are undecided
letter-units = Letters to units below the target
letter-units-are = { $n ->
    [one] { $n } unit has an index below the target: a letter with its own figures
   *[other] { $n } units have an index below the target: a letter to each, with its own figures
}
letter-tells-unit = Criteria below the target at your unit (confidence intervals in brackets):
letter-ask-unit = Please look for the causes, take measures to raise the results, and say who is to carry them out.
letter-due = When to report what was done
letter-enclosed = Enclosed
letter-enclosed-whole = the report on this survey.
letter-enclosed-unit = the report on your unit in this survey.
letter-dear = To
letter-to-own = Divisions and units of { $body }
letter-to-above = as above;
letter-result = In the survey “{ $campaign }” ({ $period }), { $whose } is
letter-index = the index of satisfaction
letter-index-points = the share of points reached
letter-index-of = the index of satisfaction of { $unit }
letter-index-of-points = the share of points reached of { $unit }
letter-no-index = The survey “{ $campaign }” ({ $period }) has a target of { $target } or more; its index is not published or could not be computed.
letter-tells = Below the target, of what you lead or monitor (in brackets: confidence intervals):
letter-tells-support = Below the target, of what you support (in brackets: confidence intervals):
letter-tells-support-of = Below the target, of what you support; { $lead } leads (in brackets: confidence intervals):
letter-tells-open = Figures below the target of which nothing can be concluded yet, of what you lead or monitor (in brackets: confidence intervals):
letter-certain = { $n ->
    [one] Not met: one criterion (the whole interval lies below the target of { $target })
   *[other] Not met: { $n } criteria (the whole interval lies below the target of { $target })
}
letter-open = { $n ->
    [one] Undecided, which is no shortfall: one criterion
   *[other] Undecided, which is no shortfall: { $n } criteria
}
letter-tasks = Tasks by the { $plan }
letter-caution = few answers, use with caution
letter-more = and { $n } more, in section IV of the enclosed report
letter-all = { $n } in section IV of the enclosed report
letter-more-tasks = and { $n } more, in section IV of the enclosed report
letter-all-tasks = { $n } in section IV of the enclosed report
letter-supports = { $n ->
    [one] You also support one other criterion below the target (section IV of the report).
   *[other] You also support { $n } other criteria below the target (section IV of the report).
}
letter-ask-lead = Please find out the causes and take measures to raise the figures of the criteria that are not met.
letter-ask-monitor = Please follow and urge the leading bodies to find out the causes and to take measures to raise the figures of the criteria that are not met.
letter-ask-both = Please find out the causes and take measures to raise the figures of the criteria that are not met and that you lead; please follow and urge the leading bodies where you monitor.
letter-ask-support = Please work with the bodies that lead on these criteria on the tasks above, as far as they are yours.
letter-ask-open = Of no criterion is it certain that it is not met; please keep following these criteria.
letter-report-plan = your report for { $period }, { $how }.
letter-report = your report for { $period }.
letter-report-to = your report for { $period }, to { $to }.
letter-period-first = the first quarter of { $year }
letter-period-half = the first six months of { $year }
letter-period-nine = nine months of { $year }
letter-period-year = the year { $year }
letter-period-next = the next period
letter-not-closed = There are letters to the bodies only when the campaign has closed, since its figures may still change.
letter-nobody = No body has a part in a criterion below the target and no unit lies below it, so there are no letters.
letter-no-figures = No figure may be shown yet, so there are no letters.
letter-unknown-body = There is no letter to “{ $body }”.
letter-body-without = --body goes with --format letters-docx or letters-pdf only.
letter-links = Letters to each body that leads, monitors or supports and to each unit below the target, a page each:
letter-link-all-docx = All, DOCX (ZIP)
letter-link-all-pdf = All, PDF
letter-link-one = Letter:
letter-link-to = Letter to { $body }, { $format }

# --- report: the index report ---
report-comments = Comments
report-comments-note = Comments read and released: { $n }, in no order of time. […] stands for what was covered to protect somebody. Comments do not speak for all who answered.
report-comment = Words
report-title = Satisfaction index report – { $campaign }
report-title-points = Report on what officials said – { $campaign }
report-heading = Report on satisfaction with public administrative services
report-of-all = The report of all units
report-of-unit = The report of { $unit } alone
report-heading-points = Report on what officials said of administrative reform
report-skip = Go to the report
report-units-now = Show under today's units (after mergers)
report-units-then = Show under the units of the time
report-takes = A large file may take a minute.
report-downloads = Download
report-index = Satisfaction index
report-index-points = Share of points reached
report-target = Target
report-target-from = { $target } or more
report-target-at = target { $target }
report-met = Met
report-not-met = Not met
report-undecided = Not yet decidable
report-met-because = The whole confidence interval is at or above { $target }.
report-not-met-because = The whole confidence interval is below { $target }.
report-undecided-because = The confidence interval holds { $target }, so that neither can be said.
report-self-selected = Those who answered chose to (by scanning a code) and are no random sample: take the interval as a rough guide.
report-partly-self-selected = Some of those who answered chose to (by scanning a code): take the interval as a rough guide.
report-lowest-units = Lowest: { $units }
report-failing-units = Below the target ({ $n ->
    [one] 1 unit
   *[other] { $n } units
}): { $units }
report-failing-units-more = Below the target ({ $n } units): { $units } and { $more } more
report-lowest = Lowest criteria
report-lowest-met = Lowest criteria (all reach the target)
report-publish = Published
report-caution = Caution
report-suppressed = Not published
report-not-computable = not computable
report-whole = The whole campaign
report-one-unit = This report covers { $name } and the units below it only; sheets received and sheets by channel are those of the whole campaign.
report-status = Status
report-status-planned = not yet open
report-status-open = taking answers
report-status-closed = closed
report-when = Period
report-period = { $from } to { $to }
report-interim = Interim figures: the campaign has not closed. Computed { $moment }.
report-demonstration = DEMONSTRATION FIGURES.
report-demonstration-means = The answers are invented and say nothing about any office.
report-interval = Interval
report-interval-at = { $level } confidence interval
report-bar-interval = confidence interval { $interval }
report-answers = Valid answer sheets
report-answers-so-far = Answer sheets counted so far
report-stored-so-far = Counted so far
report-none-counted = none yet
report-received-elsewhere = How many have been received is on the page { $page }.
report-of-planned = of { $planned } planned
report-planned = Planned answer sheets
report-unit-merged = { $unit } (since merged)
report-population = Population
report-tally = Number of dimensions, criteria and units by decision
report-tally-of = Decision against the target
report-dimensions = Dimensions
report-dimensions-caption = Results by dimension against the target
report-criteria = Criteria
report-criteria-caption = Criteria by how much they hold the index back, then the lowest first
report-column-held-back = Holds the index back (points)
report-units = Units
report-units-caption = Results by unit; each includes the units below it
# Groups of raters (report)
report-divided = By field, way of filing, channel and counter
report-divided-means = The same answers, divided by what people said or where they answered. A group with few answers, or from which the answers of a few could be worked out, counts in the whole and is not shown by itself. Shares are rounded to 0.1 percentage points.
report-divided-elsewhere = Each counter’s results are in its unit’s own report and in the workbook.
report-divided-caption = Results by { $by }
report-divided-caption-unit = Results by { $by } – { $unit }
report-divided-weakest = Lowest: { $criterion }, { $figure }
report-divided-sheets = { $n } answers
report-divided-sheet = Fields, channels, counters
report-by-field = Field of procedure
report-by-filed = Way of filing
report-by-channel = Channel
report-by-counter = Counter
report-column-by = Divided by
report-column-category = Group
report-column-weakest = Lowest criterion
report-one-category = This report is on { $name } alone; other numbers of answers are of the whole survey.
report-one-category-unit = This report is on { $name } alone, of the answers of { $unit }.
report-groups = Groups of raters
report-groups-caption = Results by group of raters, over all units that the group judged
report-groups-means = Each sheet is one person's opinion on one unit. A group with few sheets counts in the whole and is not published by itself.
report-column-group = Group
report-column-invited = Persons invited
report-column-answered = Persons who answered
report-column-assigned = Judgements asked
report-column-sheets = Sheets
report-level-responsibility = responsibility
report-level-note = note
report-level-group = group of raters
report-points = Points reached
report-points-possible = Points possible
report-satisfied = Share satisfied

report-column-rank = Rank
report-column-change = Change (points)
report-rank-range = { $from } to { $to }
report-rank-means = Rank among units of the same kind; in brackets the ranks that the data cannot rule out: units whose ranges overlap cannot be told apart for certain.
report-change-means = Change since “{ $previous }”; “clear” means that it exceeds the sampling error of both surveys.
report-change-significant = (clear)
report-worst = Hold the index back most
report-worst-by = ({ $points } points of the index)
report-not-compared = cannot be compared
report-change-none = Not compared with the campaign before: { $of } ({ $why }).
report-change-untested = Changed, but without a test: { $of } ({ $why }).
report-change-rows = { $n } rows
report-unanswered = No answers yet
report-moved = Since “{ $previous }”
report-moved-points = { $points } points
report-moved-within = (within the margin of error)
report-ranked = Units of a kind, by their result
report-ranked-of = { $n } units: { $kind }
report-ranked-below = { $n } units below { $unit }: { $kind }
report-kind-province = province
report-kind-department = department
report-kind-district = district
report-kind-commune = commune
report-kind-one-stop = one-stop office
report-kind-council = council
report-kind-council-group = group of council members
report-drivers = What goes with satisfaction with the whole
report-drivers-means = Together the dimensions account for { $r2 } of the differences in satisfaction with the whole among { $n } respondents who answered all questions. This is an association, not a cause.
report-drivers-left-out = Not considered: { $dimensions }, since only some are asked.
report-drivers-caption = Importance and result of each dimension
report-importance = Importance
report-performance = Result
report-advice = What to do
report-axis-performance = Better result →
report-axis-importance = More important →
report-improve-first = Improve first
report-keep-up = Keep up
report-improve-later = Improve later
report-improve-on = Improve further
report-maintain = Maintain
report-each = Dimensions of each unit
report-each-caption = Dimensions: { $unit }
report-short = Criteria below the target and who is responsible
report-plan-row = Row { $plan } of the plan
report-no-bodies = No responsible body named
report-plan = Row of the plan
report-monitor = Monitors
report-lead = Leads
report-support = Supports
report-weight = weight { $weight }
report-legend-bar = The dashed vertical line is the target, { $target }; the dark horizontal line is the { $level } confidence interval.
report-legend-suppressed = A dash – : not published, because there are fewer than { $minimum } answers or because a group with too few could be worked out from it.
report-legend-caution = Caution: few answers or a wide confidence interval; for orientation only.
report-notes = Notes
report-how = How it was computed
report-method = Method
report-measure = Result of a criterion
report-measure-share = share of answers that count as satisfied
report-measure-score = mean score of the options chosen
report-aggregation = From criteria to dimensions
report-aggregation-items = weighted mean of the criteria, each over those who answered it
report-aggregation-respondents = mean of the respondents' own means
report-aggregation-pooled = all answers pooled
report-weights-parts = Weights of parts
report-weights-dimensions = Weights of dimensions
report-weights-items = by number of criteria
report-weights-equal = equal
report-weights-given = as given in the questionnaire's definition
report-weighting = Weights of answer sheets
report-weighting-design = by the population of each unit (cases completed or persons invited)
report-weighting-none = none: every sheet counts the same
report-strata = Strata
report-strata-are = each unit that takes answers itself is a stratum; population { $population }, with finite population correction
report-decision-rule = Decision against the target
report-decision-how = from the { $level } confidence interval: met where all of it is at or above the target, not met where all of it is below, else not yet decidable
report-level = Confidence level
report-minimum = Fewest answers published
report-minimum-is = { $minimum } answers
report-definition = Questionnaire
report-definition-called = “{ $title }” ({ $id }, version { $version })
report-definition-is = { $id }, version { $version }, form { $form }
report-sha256 = SHA-256 of the questionnaire
report-campaign = Campaign
report-generated = Computed
report-sheets = Answer sheets
report-sheets-caption = Answer sheets of the whole campaign
report-sheets-caption-unit = Answer sheets of the whole campaign and of this unit
report-sheets-caption-category = Answer sheets of the whole campaign and of this category
report-sheets-whole = Whole campaign
report-sheets-unit = This unit
report-sheets-category = This category
report-sheets-days = ({ $from } to { $to })
report-stored = Received
report-valid = Valid
report-modes = Who filled in the form
report-mode-self = The respondent alone
report-mode-helped = With help from staff
report-mode-proxy = Somebody else in their place
report-mode-unknown = Not said
report-unassisted = For comparison: without the answers given with help or by somebody else the index is { $index } (interval { $lower } – { $upper }, { $n } answers).
report-module = Module
report-modules-caption = Rotating questions: each respondent was asked { $ask } of { $modules } modules
report-column-asked-share = Share asked
report-column-probability = Probability of being asked
report-evenness = χ² = { $statistic }, { $df } degrees of freedom, p { $p }
report-channels = By channel
report-channel-open = QR code at the counter
report-channel-code = One-time code
report-channel-link = Personal link
report-channel-kiosk = Tablet at the counter
report-channel-paper = Paper form
report-channel-import = Another system
report-sheet-overview = Overview
report-sheet-units = Units
report-sheet-criteria = Criteria
report-sheet-cells = Units and criteria
report-sheet-method = Method
report-column-what = Content
report-column-above = Error up
report-column-below = Error down
report-column-rank-from = Rank from
report-column-rank-to = Rank to
report-chart-dimensions = Dimensions with their intervals and the target
report-chart-criteria = Criteria with their intervals
report-level-index = Index
report-level-part = Part
report-level-dimension = Dimension
report-level-criterion = Criterion
report-column-unit = Unit
report-column-unit-code = Unit code
report-column-kind = Kind
report-column-parent = Unit above (code)
report-column-level = Level
report-column-id = Id
report-column-name = Name
report-column-dimension = Dimension
report-column-criterion = Criterion
report-column-bar = Chart
report-column-weight = Weight in the index
report-column-n = Answers (n)
report-column-answers = Answers
report-column-estimate = Result
report-column-se = Standard error
report-column-df = Degrees of freedom
report-column-lower = Lower limit
report-column-upper = Upper limit
report-column-interval-method = Interval method
report-column-n-eff = Effective n
report-column-deff = Design effect
report-column-decision = Decision
report-column-publish = Publication
report-column-asked = Sheets asked
report-mean-short = Mean
report-mean-weighted = Mean (weighted)
report-column-mean = Mean score
report-column-count = Level { $code }
report-column-count-of = Sheets

# --- api: lỗi cho chương trình / errors for programs ---
api-parameter = The address has a parameter that is not supported, or one twice.
api-limit = limit must be a number from 1 to { $most }.
api-cursor = cursor is wrong: please pass on next of the page before as it is.
api-unknown = There is nothing at this address.
api-method = This address answers GET and HEAD only.
api-value = A parameter has a value that it cannot have.
api-authorization = The header Authorization must be there exactly once.
api-no-token = An access token is needed in “Authorization: Bearer …”; it is made on the page My account.
api-wrong-token = The access token is wrong, was revoked or has run out.
api-scope = This access token lacks the scope “{ $scope }”.
api-role = The account’s role may not read this.
api-second-factor = The account must set up a second factor before programs may read.
api-old-password = The account must change its password before programs may read.
api-after-hours = Administration is closed at this time.
api-not-acceptable = This address has no kind of content that Accept asks for.
api-slow = The request took too long to come.
api-conflict = The figures cannot be formed, or the file is no longer what was made.
api-too-many = Too many wrong access tokens from there. Please wait for { $seconds } seconds.
api-misdirected = This server does not serve that host.
api-failed = Something broke here; the operators have been told.
api-unavailable = The system is busy. Please try again in a few seconds.

# --- publish: công bố kết quả / published results ---
publish-tab = Publish
publish-kind = Publications
publish-did-publish = Published results
publish-did-withdraw = Withdrew published results
publish-purpose = Puts the results of a closed campaign on a public page that everybody can read, with open data and a badge for each unit.
publish-not-yet = Cannot be published yet
publish-not-anew = Cannot be published anew
publish-not-open = The campaign has not closed. Only results of closed campaigns can be published.
publish-not-nothing = No figure has enough answers to be shown, so there is nothing to publish.
publish-not-paper = { $n } paper forms were keyed and do not count yet. Key them a second time or compare them first: once published, the campaign takes no further answers.
publish-not-hidden = The earlier publication hid figures of unit { $unit } that this one would show. Side by side, the two could tell what a few people answered, so this cannot be published.
publish-not-hidden-whole = The earlier publication hid a figure of the whole campaign that this one would show. Side by side, the two could tell what a few people answered, so this cannot be published.
publish-not-other-way = Populations, known totals, units or the method have changed since the earlier publication. As figures are hidden, the two side by side could tell them, so this cannot be published.
publish-not-few = Since the last publication only a few answers to a criterion of { $unit } have come or gone. Side by side, the two could tell what those people answered, so it cannot be published anew.
publish-not-few-whole = Since the last publication only a few answers to a criterion have come or gone. Side by side, the two could tell what those people answered, so it cannot be published anew.
publish-not-changed = The figures have changed since you opened this page. Please look again, then confirm.
publish-closed = Results of the campaign “{ $slug }” have been published, so it cannot be opened again.
publish-now = Published now
publish-address = Address
publish-day = Published on
publish-sha256 = SHA-256 of the JSON file
publish-badges = A badge for each unit
publish-badges-what = Units can put their badge on their own site or print it beside the counter. It always shows what is published now.
publish-badge-copy = Copy this into the unit's page:
publish-badge-alt = Satisfaction index – { $unit }
publish-badge-interval = { $level } interval: { $interval }
publish-badge-answers = { $n } answers
publish-badge-few = Not enough answers
publish-badge-caution = Few answers, take care
publish-badge-demonstration = demonstration
publish-badge-at = Badge of a unit
publish-badge-unit = unit-code
publish-first = Publish the results
publish-anew = Publish anew
publish-will = Everybody will see at { $path }:
publish-will-index = the index { $index }, dimensions, criteria, the method;
publish-will-no-index = dimensions and criteria with enough answers, and the method (the index itself cannot be shown);
publish-will-units = { $shown } units with their results; { $hidden } units marked “not published”, with fewer than { $k } answers or because others could be worked out from them;
publish-will-data = the same figures as JSON and CSV, and a badge for each unit.
publish-will-not = Not there: comments, reasons given for setting answers aside, names of people, anybody's own answers.
publish-look = Look through the report before you publish
publish-final = Once published, the campaign takes no further answers, not from paper or files either, and cannot be opened again.
publish-final-what = What is published stays as it is now, even if the report changes later, until you publish anew or withdraw it. Whoever has downloaded it keeps it.
publish-confirm = publish
publish-button = Publish
publish-withdraw = Withdraw
publish-withdraw-what = The public page, its data and badges will be gone; the old address will say that they were withdrawn. What somebody has downloaded cannot be taken back.
publish-confirm-withdraw = withdraw
publish-withdraw-button = Withdraw
publish-done = Published. Caches may show what was there before for five minutes.
publish-done-withdrawn = Withdrawn. Caches may show what was there before for five minutes.
publish-history = Publications
publish-number = No.
publish-withdrawn-on = Withdrawn on
publish-note-set-aside = { $n } answers of { $unit } were set aside and are in no figure. Reason: { $reason }
publish-home = Published results are on a public page that needs no log-in.
publish-heading = Results of satisfaction surveys
publish-title = Survey results – { $campaign }
publish-about = Satisfaction index { $index }. { $period }.
publish-about-points = { $index } of the points were reached. { $period }.
publish-skip = Skip to the results
publish-plain = On average about { $n } of every 100 answers are satisfied or very satisfied.
publish-units-pages = Results of { $n } units
publish-units-back = Results of the whole survey
publish-units-title = Results of units, page { $page } – { $campaign }
publish-ranked-below = { $list }: the rank of each with its range stands in the pages of units below.
publish-all-units = All units in one table, also those with too few answers
publish-open-data = Open data
publish-open-data-what = All figures of this page, unrounded. Figures of too few answers are in no file.
publish-csv = Download CSV (spreadsheet)
publish-json = Download JSON (sipas.report/1)
publish-cite = When you cite a figure, please give the number of answers, the interval and the day of publication.
publish-all = Other published results
publish-list = Published survey results
publish-list-what = A page for each survey: results, how reliable they are, how they were computed, open data.
publish-list-none = No results have been published yet.
publish-on = published on { $day }
publish-withdrawn = These results were published, and then withdrawn.
publish-unknown = No results at this address
publish-unknown-what = No survey has its results published at this address. It may have been mistyped, or the results are not published yet.
publish-unknown-next = All published results are listed at /ket-qua.

# --- microdata: answers out ---
microdata-stratum = Stratum
microdata-unit = Unit code
microdata-group = Code of the group of raters
microdata-cluster = The same people, who judged several units
microdata-weight = Weight (people or transactions that the sheet stands for)
microdata-weight-base = Weight before adjustment to known totals
microdata-population = Population of the stratum
microdata-level = Level of the stratum's known margin { $number }
microdata-level-none = stratum not adjusted to known totals
microdata-module = Asked the module “{ $module }”
microdata-yes = Yes
microdata-no = No
microdata-channel = Channel
microdata-channel-open = QR code at the counter
microdata-channel-code = One-time code
microdata-channel-link = Personal link
microdata-channel-kiosk = Tablet at the counter
microdata-channel-paper = Paper form
microdata-channel-import = Another system
microdata-counter = Counter
microdata-month = Month of the answer (year × 100 + month)
microdata-mode = Who filled in the form
microdata-mode-own = The respondent alone
microdata-mode-helped = With help from staff
microdata-mode-proxy = Somebody else
microdata-language = Language of the answer
microdata-top = { $number } or more
microdata-blank = Left blank
microdata-not-asked = Not asked: ruled out
microdata-not-drawn = Not asked: another module was drawn
microdata-withheld = Withheld, so that nobody is told apart
microdata-note-k = No combination of traits in the file is that of fewer than { $k } sheets.
microdata-note-joined = { $strata } strata were put together of units with fewer than { $k } sheets and some beside them, as in the report; where sheets are weighted, their weight is their population over their sheets.
microdata-note-withheld = Variable { $variable } is withheld on { $rows } sheets.
microdata-note-exact = The published figures follow exactly from this file.
microdata-note-not-exact = As something was withheld, some published figures do not follow exactly from this file.
microdata-note-set-aside = { $rows } sheets are not part of the figures (set aside, or the campaign is still open) and not in the file.
microdata-note-unweighted = Sheets are not weighted, as the population of some unit is not known.
microdata-note-left-out = No free text, no time of day, no number of a sheet; the order of rows does not tell who answered first.
microdata-note-demonstration = Demonstration: the answers are invented.
microdata-open = The campaign is open until { $closes }; there are microdata only after it has closed.
microdata-interim = The campaign is still open: this file lacks the sheets to come. Give it to nobody: compared with the file made after closing, it could tell who answered later.
microdata-erased = Single answers were deleted
microdata-erased-what = Single answers were deleted on { $day }, as those asked had been promised, so there is no microdata any more. The report stays.
microdata-too-few = There are fewer than { $k } sheets, so there are no microdata.
microdata-changed = Answers came in while the file was being made. Please try again.
microdata-too-many = An XLSX file holds at most { $most } rows, and this campaign has { $rows } sheets. Please use CSV or SAV.
microdata-not-written = The file could not be written: { $detail }.
microdata-written = { $path }: { $rows } sheets, SHA-256 { $sha256 }
microdata-did-export = Microdata downloaded
microdata-did-make = Files of microdata made
microdata-kind = microdata
microdata-tab = Microdata
microdata-purpose = De-identified answer sheets as files, for statisticians to analyse.
microdata-not-yet = No microdata yet
microdata-not-yet-what = Files are made when the campaign has closed, so that there is one set of files of each.
microdata-making = Files are being made
microdata-making-what = A large campaign takes minutes. You may leave this page.
microdata-look = See whether they are done
microdata-sheets = { $n } answer sheets in the database.
microdata-left-out = { $n } sheets have been set aside and are not in the files, as they are not in the report.
microdata-stale = The number of sheets has changed since the files were made. Please make them again.
microdata-files = Files made
microdata-file = File
microdata-rows = Sheets
microdata-size = Size
microdata-make = Make the files
microdata-make-again = Make them again
microdata-make-what = Makes CSV, SPSS, XLSX and the codebook. The same campaign always gives the same content, so that the SHA-256 proves a file unaltered.
microdata-csv = CSV
microdata-csv-what = a row for each sheet
microdata-codebook = Codebook (CSV)
microdata-codebook-what = what each variable and code means
microdata-sav = SPSS (.sav)
microdata-sav-what = with labels and weight
microdata-xlsx = Excel (.xlsx)
microdata-xlsx-what = data, variables, strata
microdata-ddi = Codebook DDI 2.5 (XML)
microdata-ddi-what = for data archives
microdata-before = Before you give a file to anybody
microdata-duty-who = Give it only to statisticians who have undertaken not to look for who answered; it is not for publication.
microdata-duty-one = Traits that few people share are withheld; the codebook says of which variable and on how many sheets.
microdata-duty-log = Everything made and downloaded is in the audit log.

# --- kiosk: máy tính bảng tại quầy / the tablet at a counter ---
kiosk-start = Touch to start
kiosk-staff = For staff
kiosk-quit = Stop, do not send this form
kiosk-home = Back to the start
kiosk-stay = Stay on this page
kiosk-back = Going back to the start in { $seconds } seconds.
kiosk-idle = Are you still answering?
kiosk-idle-what = After 30 seconds without a touch the answers not yet sent are deleted and the tablet goes back to the start.
kiosk-more = I go on answering
kiosk-end = I have stopped
kiosk-code = Staff code
kiosk-leave = Leave
kiosk-checking = Checking…
kiosk-wrong = The code is not right. Check it and try again.
kiosk-slow = Too many wrong codes. Wait some minutes and try again.
kiosk-offline = There is no network to check the code. Forms waiting to be sent stay on the tablet.
kiosk-full = Too many forms are waiting to be sent. Please tell the staff to check the network.
kiosk-wait = The tablet is waiting for the network. Please try again in some minutes.
kiosk-waiting = Forms waiting to be sent: { $n }.
kiosk-refused = Forms not accepted because the survey has closed or changed: { $n }.
kiosk-stored = Your form has been stored.
kiosk-later = Your form is on this tablet and will be sent by itself when there is a network. You need do nothing more.
kiosk-missing = All your answers are still here. Please answer the questions below and send again.
kiosk-left = Characters left: { $left }.

# --- notice: điều người trả lời được biết trước / what people are told ---
notice-asks = asks your opinion { $purpose }.
notice-start-open = The survey is anonymous: no name, telephone or case number is needed; your network address and device are not recorded. Answering is voluntary.
notice-start-paper = This form is anonymous: please write no name, phone number or file number. The sheet number only prevents entering a sheet twice; nobody records who got which. Answering is voluntary.
notice-start-link = Answers are stored apart from your name and link, without day or time; results open only after the survey has closed. Answering is voluntary.
notice-adults = The survey is for people aged 18 or over.
notice-more = Who is responsible, what is stored, for how long, whom to ask
notice-title = About this survey
notice-back = Back to the questionnaire
notice-back-link = To return to the questionnaire, use your browser's back button or open the link in the invitation again.
notice-responsible = Who asks, and why
notice-address = Address: { $address }
notice-phone = Telephone:
notice-email = E-mail:
notice-ground = Legal ground
notice-stored = What is stored
notice-stored-open = The answers, the counter, the day (not the time) they were sent, the language of the form, whether they came by QR code or by the tablet at the counter, and who filled in the form if you say so.
notice-stored-link = The answers, the invited group and the language of the form. Neither day nor time. Until the survey has closed, what each person gave lies in an encrypted copy, every one of the same length; then all are shuffled before they are opened.
notice-stored-comments = Comments are stored apart, without the other answers. Somebody reads them and covers names and numbers before a report shows them.
notice-stored-counted = To see whether the survey works, some things are counted overall and tied to no form: how often pages are opened and on what kind of device (phone, tablet, computer), which question people get to, and how long answering takes and at what hour, in classes.
notice-stored-draft = Answers not yet sent are kept on your own device for at most an hour and then deleted; once sent, at once.
notice-stored-asked = Answers not yet sent stay in the window of your browser only; if you choose to keep them on your device to go on later, they stay there for at most 14 days. Once sent, they are deleted at once.
notice-stored-kiosk = Without a network a finished form stays on this tablet until the server has it, and is then deleted from the tablet.
notice-stored-list = The list of invitations has your name or e-mail address; it serves only to send the link and to know whether it was used. Nothing joins that list to the answers.
notice-not-stored = What is not stored
notice-not-stored-what = Your network address (IP), location and device. These pages set no cookie and track nobody. Nobody needs your name, telephone, identity or case number; please do not write them in the form.
notice-kept = For how long
notice-kept-answers = Single forms are kept for at most { $months } months after the survey closes, until the end of { $day }. Summary figures are kept longer.
notice-kept-list = The list of invitations is kept for at most { $days } days after the survey closes, until the end of { $day }.
notice-seen = Who sees what
notice-seen-what = Reports have only figures of { $k } or more forms together. Only the administrators of the server can open the database; the forms in it have no names.
notice-seen-open = Staff at the counter cannot see your form.
notice-seen-link = Nobody sees results before the survey has closed, and nobody knows who answered what.
notice-rights = Your rights
notice-voluntary = Answering is voluntary; you may stop at any time before sending, without a reason and without any effect on your case.
notice-not-found-again = Forms are not tied to people, so a form once sent cannot be found again by anyone to show, correct or delete it, even if you ask.
notice-rights-list = Over your name and address in the list of invitations you have the rights of Law 91/2025/QH15 on personal data protection: to know, see, correct, have deleted, restrict or object.
notice-complain = Questions, requests and complaints: please use the contact given above.

# --- index: notes of the report ---
index-population = Unit “{ $unit }” has { $answers } answers but a declared population of only { $population }; mend population in the file and run sipas apply again.
index-no-form = The questionnaire has no form “{ $form }” any more.
index-unweighted = Not weighted: the units have no number of transactions, so that all answers count the same and units with more answers weigh more.
index-unit-without-population = Unit { $unit } has answers but no population.
index-rotated = Each respondent was asked { $ask } of { $modules } modules only, chosen at random; each criterion is over those who were asked it (its n), and the intervals hold the error of not asking everything.
index-rotation-bounded = Each respondent was asked a single module, so that the error of the index, and of dimensions over several modules, can only be bounded: their intervals are wider than they need be.
index-drivers-rotated = What goes with satisfaction with the whole cannot be computed, since nobody is asked all dimensions (rotating modules).
index-rotation-uneven = The modules were not asked as often as they should be, by more than chance allows. People may break off some of them more often, or somebody may have chosen among them; look into it before using the figures.
index-self-selected = All answers came from people who chose to answer (open QR code, tablet at a counter); no random sample was drawn, so that the margins of error are indicative only.
index-partly-self-selected = Some answers came from people who chose to answer (open QR code, tablet at a counter); they are no random sample, so that the margins of error are indicative only.
index-draw-not-recorded = Whether those asked had been drawn at random is not recorded here; the margins of error hold only if those who answered can be taken for a random sample.
index-closed-until-end = A survey by personal links: results open only after it closes; the number of persons who have answered is updated once a day.
index-successors = Units are those of today: answers at a unit that was merged count for its successor. Only figures that follow from the campaign's own report are shown.
index-suppressed = Figures with fewer than { $k } answers, and figures that would give them away, are not published.
index-weighted-together = { $units } units (those with few answers and some beside them) are put together into common strata, so that nobody can work out what fewer than { $k } people said; where answers are weighted, a stratum has one weight, its population over its answers. Their own figures are not published.
index-not-covered = { $n } of { $of } units of the campaign have no answers that count ({ $share } % of the transactions): the figures tell nothing of them, so that they are not yet those of the whole.
index-not-asked = Nobody was asked about { $dimensions }: no respondent was in a case in which it is asked, so that there is no figure.
index-not-covered-at-times = In { $n } of { $of } units at least one campaign has no answers that count ({ $share } % of the transactions of the period): the figures tell nothing of these, so that they are not yet those of the whole.
index-hidden-by = The index of the period is not given because { $campaigns } has too few answers for one: the period less the other campaigns would tell it.
index-hidden-by-many = The index of the period is not given because { $campaigns } and { $more } more campaigns have too few answers for one: the period less the other campaigns would tell theirs.
index-unweighted-some = Not weighted: { $n ->
    [one] { $n } unit has answers but no number of transactions
   *[other] { $n } units have answers but no number of transactions
 } ({ $units }), so that all answers count the same and units with more answers weigh more.
index-unweighted-many = Not weighted: { $n } units have answers but no number of transactions ({ $units } and { $more } others), so that all answers count the same and units with more answers weigh more.
report-without-figure = No figure
report-not-asked = nobody was asked
report-legend-not-asked = Nobody was asked: no respondent was in a case in which this is asked.
index-not-computable = “{ $dimension }” cannot be computed, since a criterion of it has no answer.
index-margin-not-used = Unit { $unit }: weights were not adjusted by “{ $by }” because { $why }; the unit's answers are weighted by its population alone.
index-margin-unweighted = the campaign is not weighted
index-margin-not-asked = the form does not ask it as a single choice
index-margin-other-population = its groups do not sum to the declared population
index-margin-no-total = an answer was given for which no total is declared
index-margin-together = the unit is weighted together with others, as some of them have too few answers
index-margin-too-few = a group has too few answers
index-margin-too-many-unknown = too many left it blank
index-margin-not-converged = the declared groups and the answers contradict each other

# Groups of raters (index)
index-census-of-invited = Everybody who was to judge was invited; no sample was drawn. Margins of error stand only for those invited who did not answer: a group that answered in full has none. Those who did not answer are taken to be like those of the same group who did, about the same unit; where they think otherwise, the true error is larger.
index-sittings-bounded = One person may have judged several units, and nothing joins the sheets of one person. The error of figures over several units is therefore that of the least favourable case: that each person judged all units alike.
index-group-weights = A unit's figure combines the groups by their weights: { $weights }. Units combine by the number of judgements asked about them.
index-groups-by-number = A unit's figure combines the groups by the number of persons who were to judge it.
index-group-without-answers = The group “{ $group }” has no answer about { $units } of the units assigned to it; there its part is shared among the other groups by their weights.
index-groups-merged = About { $units } units a group has fewer than { $k } answers; they are put together with the next larger group, with one weight, so that nobody can work out the result of few people.

# --- apply: sipas apply ---
apply-cannot-read = Cannot read the file { $path }: { $detail }. Check the path and the permission to read it.
apply-not-utf-8 = The file is not UTF-8 text (byte { $byte }); save it in UTF-8.
apply-not-toml = The file is not valid TOML. The reader says: { $detail }.
apply-unknown-key = There is no key “{ $key }” here.
apply-missing-key = The key “{ $key }” is missing; add { $key } = ….
apply-wrong-type = The value of “{ $key }” is wrong; expected { $expected }.
apply-expected-text = text in quotes, such as "abc"
apply-expected-whole = a whole number, such as 400
apply-expected-number = a number, such as 0.9
apply-expected-truth = true or false
apply-expected-moment = a moment without quotes, such as 2026-10-01T00:00:00+07:00 or 2026-10-01
apply-expected-texts = a text for each language, such as { "{" } vi = "…", en = "…" { "}" }
apply-expected-table = a table, such as { "[" }campaign.{ $key }{ "]" }
apply-expected-tables = tables, each beginning with { "[[" }{ $key }{ "]]" }
apply-bad-code = The code “{ $code }” is not valid; a code has only letters a–z and A–Z, digits and - _ . , begins with a letter or digit, and is at most { $most } characters long.
apply-bad-slug = The slug “{ $slug }” is not valid; a slug has only lower-case letters a–z, digits and - _ . , begins with a letter or digit, and is at most { $most } characters long.
apply-empty = The text is empty; write it, or remove the line if it is optional.
apply-control = The text has the control character { $character } (a line break, for example); write it on one line without that character.
apply-too-long = The text is { $length } characters long; at most { $most } are possible.
apply-bad-email = “{ $email }” is no e-mail address of one person, such as nguyen.van.a@binhdinh.gov.vn.
apply-bad-placeholder = Nothing is filled in for “{ $found }”, people would read it as it stands. What can be used here: { $unit } (name of the unit), { $counter } (name of the counter), { $year } (year).
apply-no-placeholders = Nothing is filled in here, people would read “{ $found }” as it stands. Write it out, without braces.
apply-bad-phone = “{ $phone }” is no telephone number. Please give one that people can call, such as 0256 123 456.
apply-email-dot = The address “{ $email }” ends without the domain's dot, such as sonoivu@binhdinh.gov.vn.
apply-bad-moment = “{ $moment }” is no moment; write a day, or a day and a time, such as 2026-10-01T00:00:00+07:00.
apply-bad-language = “{ $language }” is no language code; write two or three lower-case letters, such as vi.
apply-text-vi = The text in Vietnamese is missing; add vi = "…".
apply-twice = “{ $code }” was given already at { $place }; give each once.
apply-closes-before-opens = The campaign must close after it opens; change opens or closes.
apply-target = The target { $target } is out of limits; it must be above 0 and at most 1 (write 90 % as 0.9).
apply-minimum-answers = The smallest number of answers published is { $minimum }; to protect respondents it must be 5 or more.
apply-out-of-range = The number { $number } is not valid; it must be from 1 to { $most }.
apply-sample-above-population = The sample { $sample } is larger than the population { $population }; change one of the two.
apply-unknown-unit = There is no unit “{ $code }” in the files or in the database.
apply-unknown-previous = There is no campaign “{ $slug }” in the files or in the database.
apply-previous-later = Campaign “{ $slug }” does not open before this one; previous must be one that opened earlier.
apply-margin-twice = Unit “{ $unit }” has a margin by “{ $by }” already, in { $place }.
apply-margin-without-stratum = Unit “{ $unit }” has a margin but no population; add a [[campaign.stratum]] for it.
apply-margin-sum = The groups of unit “{ $unit }” sum to { $sum }, not to population = { $population }; make them agree.
apply-margin-question = The form has no single-choice question “{ $by }” beside the index.
apply-margin-rotated = Question “{ $by }” is in a rotating module, so that only some respondents are asked it; use one that everybody is asked.
apply-margin-code = Question “{ $by }” has no option “{ $code }”.
apply-expected-wholes = whole numbers by code, such as {"{"} land = 1200, justice = 800 {"}"}
apply-cycle = The units are below each other in a circle: { $round }; change a parent.
apply-unknown-definition = There is no definition “{ $id }”.
apply-unknown-version = The definition “{ $id }” has no version “{ $version }”.
apply-unknown-form = The definition “{ $id }” has no form “{ $form }”.
apply-definition-changed = The definition changed after use: “{ $id }” version { $version } differs from what the campaign “{ $campaign }” was answered with. Restore the earlier file and save the change as a new version.
apply-definition-lost-form = The definition “{ $id }” version { $version } changed and no longer has the form “{ $form }” that the campaign “{ $campaign }” uses; keep the form or save the change as a new version.
apply-answered = The campaign “{ $slug }” has answers, so its { $key } cannot change ({ $before } → { $after }); keep the earlier value or make a new campaign.
apply-promise-past = With this time the single answers of campaign “{ $slug }” would be deleted at once or within seven days. Choose more months, so that there is time to download the data.
apply-closed-long = The campaign “{ $slug }” closed at { $closed } and has answers. Figures by field and counter go by that day, so that its end cannot be moved; keep the earlier closes or make a new campaign.
apply-settled = The campaign “{ $slug }” closed at { $closed } and its answers by personal link were shuffled into the results, so it cannot be opened again; keep the earlier closes or make a new campaign.
apply-population-below-answers = The population of “{ $unit }” is { $population }, less than the { $answers } answers received; give the number of transactions completed or of persons invited.
apply-without-stratum = Note: in the campaign “{ $slug }” these units have counters, invitations or answers but no { "[[" }campaign.stratum{ "]]" }: { $units }. The report is unweighted until every unit has a population.
apply-notice-missing = Note: the campaign “{ $slug }” is a real survey but its { "[" }campaign.notice{ "]" } does not give: { $keys }. The start page leaves them unsaid; the law on personal data wants people to be told.
apply-kiosk-code = The code to leave a tablet needs at least { $least } characters.
apply-a-kiosk-code = code to leave tablets ({ $slug })
apply-promise = People have answered in the campaign “{ $slug }” on the promise { $key } = { $before }; answers may be kept shorter, never longer. Keep { $before } or less.
apply-begun = The campaign “{ $slug }” has been open since { $opened }, so its beginning cannot move any more. Keep the earlier day, pause it, or make a new campaign.
apply-counter-answered = The counter “{ $code }” has { $answers } answers for the unit “{ $unit }”, so its unit cannot change; keep the unit and make a new counter with another code.
apply-invitation-moved = The campaign has begun and the invitation “{ $code }” has a link of the unit “{ $unit }”, so its unit cannot change; keep the earlier unit, or withdraw it and invite again under another code.
apply-overlap = { $n ->
    [one] At the counter { $codes } two campaigns are open at the same time
   *[other] At { $n } counters ({ $codes }) two campaigns are open at the same time
}: “{ $one }” ({ $one_opens } – { $one_closes }) and “{ $other }” ({ $other_opens } – { $other_closes }). A counter collects for one campaign at a time: change the period of one of them, or take the counters out of one.
# Who judges what (apply, staff pages)
apply-expected-list = a list of texts, such as ["qn", "an"]
apply-group-weight = The weight { $weight } is out of limits; it must be above 0 and at most { $most }.
apply-group-unweighted = The group “{ $code }” has no weight while another one has; give all groups a weight, or none to combine them by number invited.
apply-group-idle = The group “{ $code }” is assigned no unit to judge; add a [[campaign.assignment]] for it or remove the group.
apply-group-small = The group “{ $code }” has only { $persons } persons, fewer than { $least }: its results count in those of all, and are not published by themselves.
apply-unknown-group = This campaign has no group “{ $code }”.
apply-assignment-empty = It does not say which units the group judges; give units, kind or below.
apply-assignment-nothing = There is no unit of the kind “{ $kind }” below “{ $below }” on the day the campaign opens.
apply-assignment-forms = The group “{ $group }” is assigned the unit “{ $unit }” with two different forms; keep one of them.
apply-raters-rotation = The form “{ $form }” rotates modules and cannot be used to judge several units; choose another one.
apply-raters-counters = A campaign with groups of raters has no counters; make another campaign for them.
apply-raters-strata = A campaign with groups of raters declares neither strata nor margins: how many are to judge each unit is counted from the list of invited persons.
apply-raters-answered = The campaign “{ $slug }” has answers: no group and no judged unit can be taken out, no form and no weight changed; units may be added with forms in use, until the campaign closes.
apply-invitation-no-groups = This campaign has no groups of raters, so that an invitation cannot name the group “{ $group }”; add a [[campaign.group]] or leave group out.
apply-invitation-no-group = The invitation “{ $code }” names no group, and the campaign “{ $slug }” has groups of raters.
apply-invitation-idle = The person of the invitation “{ $code }” has nothing to judge: the group “{ $group }” judges only this person's own unit “{ $unit }”. Assign another unit or withdraw the invitation.
apply-invitation-regrouped = The campaign has begun and the invitation “{ $code }” has a link of the group “{ $group }”, so its group cannot change; keep the earlier group, or withdraw it and invite again under another code.
apply-person-twice = The invitations “{ $code }” (group “{ $group }”) and “{ $other }” (group “{ $other_group }”, at { $place }) are the same person: the same e-mail address, or the same name and unit. Nobody is in two groups; remove one invitation, or write the names apart if they are two persons.
apply-a-group = group of raters { $code } ({ $slug })
apply-an-assignment = group { $group } judges ({ $slug })
apply-a-unit = unit { $code }
apply-a-translation = translation “{ $language }” of the definition { $id } { $version }
apply-translation-changed = People have answered in the translation “{ $language }” of { $id } { $version }, so it cannot be changed; make a new version of the definition, or put the earlier translation back.
apply-a-definition = definition { $id } { $version }
apply-a-campaign = campaign { $slug }
apply-a-stratum = population { $unit } ({ $slug })
apply-a-margin = margin { $unit } by { $by } ({ $slug })
apply-a-counter = counter { $code } ({ $slug })
apply-an-invitation = invitation { $code } ({ $slug })
apply-address-changes = the address changes, codes printed before no longer work
apply-link-ends = the link sent to the earlier address no longer works
apply-nothing-changed = Nothing was changed in the database.
apply-up-to-date = The database already says what the files say; nothing was changed.
apply-dry-run = This was a dry run; nothing was changed in the database.

# --- disk: room on the disk ---
disk-full = Only { $percent } % of the database's disk is free, so that no new campaigns or figures are added; answers are still taken. Free some room and run this again.

# --- plan: sipas plan sample, sipas plan draw ---
plan-at-cell = line { $line }, column “{ $column }”: { $words }
plan-at-line = line { $line }: { $words }
plan-at-column = column “{ $column }”: { $words }
plan-range-at-least-one = 1 or more
plan-range-positive = more than 0
plan-range-share = more than 0 and less than 1; 90 % is written 0.9 or 90%
plan-range-rate = more than 0 and at most 1; 60 % is written 0.6 or 60%
plan-not-utf-8 = This is no text in UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.
plan-not-csv = This cannot be read as CSV: { $detail }
plan-unclosed = a quotation mark is opened and never closed; all rows after it would be one cell
plan-cells = The row has { $found } cells, the header has { $expected }. Put texts that contain the separator in double quotes.
plan-no-rows = The file has no rows below its header.
plan-no-column = There is no column “{ $wanted }” (accepted names: { $accepted }). The file has: { $found }.
plan-no-such-column = There is no column “{ $wanted }”. The file has: { $found }.
plan-two-columns = “{ $other }” means the same; keep one of the two columns.
plan-reserved-column = A drawn file adds a column of this name; rename the one in the list.
plan-empty-cell = The cell is empty; fill it in.
plan-not-whole = “{ $text }” is not a whole number; write digits only, such as 1250.
plan-not-number = “{ $text }” is not a number; write it like 0.9 or 1.5.
plan-ambiguous = “{ $text }” can be read in two ways, with thousands or with decimals. Write { $digits } if that is meant, without any mark; a decimal number with fewer or more than three decimals.
plan-out-of-range = { $text } is out of range; it must be { $range }.
plan-twice = “{ $text }” is already in line { $first }; each may occur once.
plan-total-too-small = A total of { $total } is too small: the minimum for every unit adds up to { $least }.
plan-total-too-large = A total of { $total } cannot be reached: if everybody is invited, { $most } answers can be expected.
plan-power-needs-shares = The test against a target is about shares; remove the column of standard deviations, or --power-against.
plan-yamane-needs-shares = Yamane's formula is about shares; remove the column of standard deviations, or choose --method cochran.
plan-draw-too-many = { $n } cannot be drawn of { $rows } rows; choose a number from 1 to { $rows }.
plan-draw-too-many-in-stratum = Stratum “{ $stratum }”: { $n } cannot be drawn of { $rows } rows.
plan-draw-not-in-plan = Stratum “{ $stratum }” of the list is not in the plan; add it to the plan or take its rows out of the list.
plan-draw-not-in-frame = Unit “{ $stratum }” of the plan has no row in the list; check that codes are written the same in both.
plan-draw-fewer-than-strata = { $n } are too few for { $strata } strata; every stratum needs at least one, else nothing can be said of it.
plan-draw-too-large = The sizes add up to more than can be computed with exactly; give them in larger units.
plan-not-a-record = This is no record of a draw (sipas.draw/1): { $detail }
plan-other-algorithm = The record was made by the algorithm “{ $found }”; this version of sipas knows “{ $known }”.
plan-not-a-plan = This is no plan of sipas plan sample: { $detail }
plan-argument-not-share = write a share like 0.03 or 3%
plan-argument-not-number = write a number like 1.5
plan-unreadable = Cannot read the file { $path }: { $detail }. Check the path and the right to read it.
plan-option-needs = { $option } needs { $other } as well.
plan-option-only-with = { $option } only goes with { $other }.
plan-option-not-with = { $option } does not go with { $other }; leave one of them out.
plan-true-above-target = --true must be more than --power-against: the test is to show that the target is exceeded.
plan-margin-above-one = --margin { $margin } is no margin of a share; 3 points are written 0.03 or 3%.
plan-exponent-range = --exponent must be from 0 (equal) to 1 (proportional).
plan-unused-columns = Not used, since their names are not known: { $columns }.
plan-column-unit = Unit
plan-column-name = Name
plan-column-population = Population
plan-column-needed = Needed
plan-column-answers = Planned
plan-column-invite = Invite
plan-column-margin = Margin
plan-column-weight = Weight
plan-column-power = Power
plan-column-state = Note
plan-state-census = everybody
plan-state-invite-all = invite all
plan-state-too-few = too few
plan-state-misses = over margin
plan-province = Province
plan-goal-margin = Goal: ±{ $margin } at { $level } confidence.
plan-goal-test = Goal: show that the target of { $target } is exceeded, with { $power } probability if the true share is { $truth } (the lower limit of the { $level } interval lies above the target).
plan-allocation-each = Each unit gets what it needs to reach the goal by itself; the province is then more precise than that.
plan-allocation-equal = The total is shared out equally.
plan-allocation-proportional = The total is shared out in proportion to population.
plan-allocation-neyman = The total is shared out by population × standard deviation × √design effect ÷ √cost (Neyman).
plan-allocation-power = The total is shared out by population to the power { $exponent } (Bankier).
plan-total-found = The total of { $answers } is the smallest found with which the province reaches the goal; “Needed” is what a unit would need by itself.
plan-total-given = The total of { $answers } was given; “Needed” is what a unit would need by itself.
plan-total-yamane = The total of { $answers } is the formula applied to the province (and no unit below the minimum); “Needed” is the formula applied to the unit.
plan-note-yamane = Needed by Yamane's formula n = N/(1 + N·e²) with e = { $margin }. It assumes a share of one half, z = 2 (95.4 % confidence), a simple random sample, no design effect, and that everybody answers; and it holds for the population it is applied to: applied to the province, it says nothing of single units. The margins in the table are worked out from the shares, design effects and level given, not from this formula.
plan-note-summary = { $reaching } of { $units } units reach the goal by themselves. Unequal weights raise the province's variance by a factor of { $effect } (Kish).
plan-note-province-misses = The province does not reach the goal with these answers: its margin is ±{ $margin }.
plan-note-province-misses-test = The province does not reach the goal of the test with these answers: its power is { $power }.
plan-note-census = { $unit }: all { $population } are asked; there is no sampling error.
plan-note-invite-all = { $unit }: all { $population } are invited, so that { $answers } answer.
plan-note-too-few = { $unit }: cannot be reached. Even if all { $population } are invited, about { $answers } answer, and { $needed } would be needed. Raise the response rate, or publish this unit with its margin of ±{ $margin }.
plan-note-response = More invitations make up for the number of those who do not answer, not for their being different; the margins are sampling error alone.
plan-draw-done = Drawn: { $n } of { $rows } rows, seed “{ $seed }”.
plan-draw-certain = { $certain } of them are so large that they are in every sample (probability 1).
plan-draw-written = Sample: { $path }
plan-draw-record-written = Record: { $path }. Keep it: with it and the list, sipas plan draw --verify does the draw again.
plan-draw-no-record = No record was kept. With --out or --record the draw can be checked later.
plan-draw-exists = { $path } exists already. A draw is not replaced; choose another name, or move the file away.
plan-draw-gap = Note: unit “{ $stratum }” has a population of { $population } in the plan and { $rows } rows in the list; the weights follow the list.
plan-verify-agrees = Agrees: { $rows } rows drawn again from { $frame } with the seed “{ $seed }” are those of the record.
plan-verify-given-agrees = Agrees: { $path } is the file that was drawn.
plan-verify-differs = Does not agree with the record:
plan-verify-frame = the list is another file. Record: { $recorded_rows } rows, SHA-256 { $recorded }. Here: { $found_rows } rows, SHA-256 { $found }.
plan-verify-impossible = the draw cannot be done again: { $problem }
plan-verify-rows = other rows are drawn. Only in the record: { $recorded }. Only drawn now: { $drawn }.
plan-verify-order = the same rows are drawn in another order.
plan-verify-ids = the ids of the drawn rows are others.
plan-verify-file = the drawn file has the SHA-256 { $found } when made again, and { $recorded } in the record.
plan-verify-given = the drawn file at hand has been changed: SHA-256 { $found }, in the record { $recorded }.
plan-verify-none = none
