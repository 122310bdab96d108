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
definition-rule-on-kind = The rule looks at “{ $question }”, which has no options; it must be of kind single or multiple.
definition-empty-rule = The rule is empty; give at least one option code or one rule in it.
definition-rule-never-fires = In the form “{ $form }” this rule can never be fulfilled, so it is never asked; look at the rule again.
definition-rule-always-fires = In the form “{ $form }” this rule is always fulfilled; remove or mend it.
definition-min-above-max = The smallest number { $min } is above the largest { $max }; swap them.
definition-no-length = The longest text is 0; write 1 or more.
definition-scale-and-options = Options are given both by scale and by options; remove one of them.
definition-no-options = A choice question needs options; add scale or options.
definition-key-not-for-kind = A question of kind { $kind } has no “{ $key }”; remove it.
definition-bad-map = “{ $value }” is not valid; write the earlier id and version, such as "access.seats@2026.1".
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
# statistics: sipas estimate
estimate-unreadable = Cannot read the file { $file }: { $detail }

# --- config: settings of the server and the commands ---
config-unreadable = Cannot read the file { $path }: { $detail }.
config-broken = The settings file { $path } has an error: { $detail }
config-value = { $name } = “{ $value }” cannot be used; it must be { $wanted }.
config-wanted-listen = an IP address with a port, such as 127.0.0.1:8080
config-wanted-base-url = the address that people see, such as https://khaosat.binhdinh.gov.vn
config-wanted-proxies = IP addresses separated by commas
config-wanted-secret = a random text of at least 16 characters, best 64 hexadecimal digits

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
user-name = The account's name must not be empty, longer than 64 characters, or hold control characters.
user-password-short = The password is too short; it needs at least { $n } characters.
user-password-long = The password is too long; at most { $n } characters.
user-password-guessable = The password is too easy to guess; choose a long sentence, or leave it empty to have one made.
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

# --- demo: the demonstration ---
demo-folder = Cannot make the folder { $path }: { $detail }.
demo-preparing = Preparing the demonstration province in { $path }…
demo-banner = DEMONSTRATION: all figures are made up by a machine; they are no results of a real survey.
demo-citizen = A citizen's questionnaire (scan or open it on a phone):
demo-official = An official's personal link (works once):
demo-staff = The Department's pages (account and password for this run):
demo-mail = Invitations caught instead of sent:
demo-stop = Press Ctrl+C to stop.
demo-name = Participant { $number }

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
admin-campaigns-none = There is no campaign yet. Add one with sipas apply.
admin-campaign = Campaign
admin-phase = Status
admin-phase-planned = Not yet open
admin-phase-open = Open
admin-phase-closed = Closed
admin-period = Period
admin-answers = Answers
admin-turnout = { $answered } / { $invited } invited persons
admin-turnout-note = The number of persons who have answered is updated once a day and in steps, so that nobody knows who has just answered. Results open only after the campaign closes.
admin-results = Results
admin-report = Index report
admin-demonstration = Demonstration
admin-demonstration-note = A demonstration: the figures are made up by a machine; they are no results of a real survey.
admin-questionnaire = Questionnaire
admin-posters = Print the QR pages of all counters (A5)
admin-counters = { $n } counters
admin-counter = Counter
admin-unit = Unit
admin-address = Address
admin-code = QR code
admin-poster = A5 page
admin-mail = Caught mails
admin-mail-note = The demonstration sends no mail. The invitations are here.
admin-mail-none = No mails yet.
admin-mail-to = To
admin-mail-from = From

# --- links, invite: links and invitations ---
links-once = { $n } new personal links are shown only this once; if one is lost, make another with --reissue.
links-unknown-invitation = There is no invitation with the code “{ $code }”.
links-used = The invited person “{ $code }” has answered; no new link is made.
invite-closed = The campaign “{ $slug }” has closed; no more invitations are sent.
invite-no-server = There is no mail server; set SIPAS_SMTP_URL, such as smtps://account:password@mail.binhdinh.gov.vn.
invite-failed = { $code }: { $why }
invite-sent = Sent { $n } invitations.
invite-printed = { $n } persons have a printed link and get no mail, which would end that link; if need be make another with sipas links --reissue.
invite-some-failed = { $n } mails could not be sent; see the lines above, mend the addresses with sipas apply and run this again.
invite-server = The address of the mail server (SIPAS_SMTP_URL) cannot be used: { $detail }
invite-sender = The sender (SIPAS_MAIL_FROM) “{ $sender }” is no e-mail address.
invite-recipient = the e-mail address is not valid.
invite-refused = the mail server refuses: { $reply }.
invite-unreachable = The mail server cannot be reached: { $detail }. Check SIPAS_SMTP_URL and run this again; what was sent is not sent twice.
invite-subject = Invitation: { $title }
invite-greeting-name = Dear { $name },
invite-greeting = Dear Sir or Madam,
invite-what = you are kindly invited to take part: { $title }.
invite-open = Please open your personal link:
invite-when = Answers are taken from { $opens } to { $closes } (Vietnam time).
invite-once = This link is yours alone and can be answered once; please do not pass it on. Looking at it does not use it up.
invite-anonymous = Your answers are stored apart from your name and your link; results are only published summed up, after the survey closes.
invite-never = The survey never asks for passwords, one-time codes or money.
