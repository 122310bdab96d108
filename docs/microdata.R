# The published figures again, from the microdata, by R's package survey.
#
#   sipas export CAMPAIGN --format csv --out answers.csv        (writes answers-codebook.csv, too)
#   sipas report CAMPAIGN --format json > report.json
#   Rscript docs/microdata.R answers.csv answers-codebook.csv report.json
#
# Says how far R's estimates and standard errors are from the report's; ends with status 1 where one is further than 1e-9 of
# it. Where the codebook's `exact` is 0, something is withheld in the file and not in the report: then it says what, compares
# only figures that rest on nothing withheld, and ends with status 2 where none is left to compare. Debian: r-base-core r-cran-survey r-cran-jsonlite r-cran-mass. What is computed and why: docs/method.md; the file:
# docs/microdata.md.

suppressPackageStartupMessages({ library(survey); library(jsonlite) })
options(survey.lonely.psu = "adjust")

files <- commandArgs(trailingOnly = TRUE)
data <- read.csv(files[1], check.names = FALSE, colClasses = c(unit = "character"))
codes <- read.csv(files[2], fileEncoding = "UTF-8-BOM", check.names = FALSE, colClasses = "character")
report <- fromJSON(files[3], simplifyVector = FALSE)

fact <- function(name) codes$code_label[codes$variable == "" & codes$label == name]
weighted <- fact("weighted") == "1"
aggregation <- fact("aggregation")
asked <- as.integer(fact("modules_asked"))   # of each respondent; 0 where all are asked everything
modules <- as.integer(fact("modules"))
rotates <- asked > 0
judged <- "cluster" %in% names(data)
margins <- grep("^margin_[0-9]+$", names(data), value = TRUE)
if (rotates && (asked == 1 || length(margins) > 0)) {
  stop("bounded variances and margins beside rotation are not computed here")
}

# ── What counts: each answer's worth (NA: no answer), and where ─────────────────────────────────────────────────────
items <- unique(codes[codes$role == "item",
  c("variable", "id", "module", "part", "part_weight", "dimension", "dimension_in_part", "item_weight")])
for (column in c("part_weight", "dimension_in_part", "item_weight")) items[[column]] <- as.numeric(items[[column]])
y <- sapply(items$variable, function(variable) {
  own <- codes[codes$variable == variable & codes$worth != "", ]
  as.numeric(own$worth)[match(data[[variable]], as.integer(own$code))]
})
w <- data$weight
rows <- nrow(data)

# ── What is withheld ───────────────────────────────────────────────────────────────────────────────────────────────
withheld_code <- -5
exact <- fact("exact") == "1"
withheld <- as.matrix(data[items$variable] == withheld_code)   # by sheet and item
colnames(withheld) <- items$id
# A margin's level that is withheld leaves the sheet with a mean weight.
unlevelled <- if (length(margins) == 0) rep(FALSE, rows) else
  rowSums(as.matrix(data[margins] == withheld_code)) > 0
left_out <- 0
if (!exact) {
  cat("items withheld: figures are not expected to agree; compared are those that rest on nothing withheld\n")
  cat(sprintf("%-28s %d of %d\n", "items withheld somewhere", sum(colSums(withheld) > 0), nrow(items)))
  cat(sprintf("%-28s %d of %d\n", "sheets with such items", sum(rowSums(withheld) > 0), rows))
  if (any(unlevelled)) cat(sprintf("%-28s %d of %d\n", "sheets with mean weights", sum(unlevelled), rows))
}
# Whether these items of these sheets are all there, with the weights of the report.
complete <- function(which, inside) {
  exact || (!any(withheld[inside, which]) && !any(unlevelled[inside]))
}
inflation <- if (rotates) modules / asked else 1

# ── The design ─────────────────────────────────────────────────────────────────────────────────────────────────────
# Answer sheets within strata. Where modules rotate, modules within sheets: a row for each that was asked.
data$sheet <- seq_len(rows)
if (rotates) {
  long <- do.call(rbind, lapply(grep("^module_", names(data), value = TRUE), function(name) {
    cbind(data[data[[name]] == 1, ], module = sub("^module_", "", name))
  }))
  long$modules <- modules
  long$weight_base <- long$weight_base * (if (weighted) inflation else 1)
} else long <- data
design <- if (!weighted) {
  svydesign(ids = ~sheet, strata = ~stratum, weights = ~weight_base, data = long)
} else if (rotates) {
  svydesign(ids = ~sheet + module, strata = ~stratum, fpc = ~population + modules, weights = ~weight_base, data = long)
} else {
  svydesign(ids = ~sheet, strata = ~stratum, fpc = ~population, weights = ~weight_base, data = long)
}
# Known margins of a stratum: the weights of the file meet them, so that the totals are sums of weights.
if (length(margins) > 0) {
  level <- lapply(margins, function(name) factor(paste(data$stratum, data[[name]])))
  full <- do.call(cbind, lapply(level, function(of) model.matrix(~ 0 + of)))
  # The levels of a further margin add up to those of the first: some are left out.
  decomposed <- qr(full)
  full <- full[, sort(decomposed$pivot[seq_len(decomposed$rank)]), drop = FALSE]
  colnames(full) <- paste0("known", seq_len(ncol(full)))
  design$variables <- cbind(design$variables, full)
  design <- calibrate(design, as.formula(paste("~ 0 +", paste(colnames(full), collapse = " + "))),
                      colSums(full * w), calfun = "raking", epsilon = 1e-14, maxit = 1000)
  cat(sprintf("%-28s %.1e\n", "largest difference of weights", max(abs(weights(design) / w - 1))))
}

# ── Estimates and their linearised variables, by item (docs/method.md, 2) ───────────────────────────────────────────
nothing <- function() matrix(0, rows, nrow(items))
item_mean <- function(at, inside) {
  of <- inside & !is.na(y[, at])
  estimate <- sum(w[of] * y[of, at]) / sum(w[of])
  z <- nothing()
  z[of, at] <- (y[of, at] - estimate) / sum(w[of])
  list(estimate = estimate, z = z)
}
combined <- function(parts, shares) list(
  estimate = sum(shares * sapply(parts, `[[`, "estimate")),
  z = Reduce(`+`, Map(function(part, share) share * part$z, parts, shares)))
pooled <- function(which, inside) {
  f <- items$item_weight[which] * ifelse(items$module[which] == "", 1, inflation)
  of <- !is.na(y[, which, drop = FALSE]) & inside
  values <- ifelse(of, y[, which, drop = FALSE], 0)
  total <- sum(w * (of %*% f))
  estimate <- sum(w * (values %*% f)) / total
  z <- nothing()
  z[, which] <- t(t((values - estimate) * of) * f) / total
  list(estimate = estimate, z = z)
}
own_scores <- function(which, inside) {
  v <- items$item_weight[which]
  of <- !is.na(y[, which, drop = FALSE]) & inside
  score <- as.vector((ifelse(of, y[, which, drop = FALSE], 0) %*% v) / (of %*% v))
  some <- !is.na(score)
  estimate <- sum(w[some] * score[some]) / sum(w[some])
  z <- nothing()
  z[some, which[1]] <- (score[some] - estimate) / sum(w[some])
  list(estimate = estimate, z = z)
}

# The standard error of an estimate is that of the total of its linearised variable. In a row of a module stands what was
# asked in it, and a part of what everybody is asked, equal in all of a sheet's rows.
total_se <- function(z) {
  if (rotates) {
    common <- rowSums(z[, items$module == "", drop = FALSE]) / asked
    per_row <- common[long$sheet]
    for (module in setdiff(unique(items$module), "")) {
      of <- long$module == module
      per_row[of] <- per_row[of] + rowSums(z[, items$module == module, drop = FALSE])[long$sheet[of]]
    }
    if (weighted) per_row <- per_row / inflation
  } else per_row <- rowSums(z)
  as.numeric(SE(svytotal(per_row, design)))
}
standard_error <- function(linear) {
  if (!judged) return(total_se(linear$z))
  # Nothing tells whose sheets about several units are whose: the largest variance that they can have together.
  bound <- 0
  for (cluster in unique(data$cluster)) {
    of_units <- sapply(unique(data$unit[data$cluster == cluster]), function(unit) {
      total_se(linear$z * (data$cluster == cluster & data$unit == unit))
    })
    bound <- bound + sum(of_units)^2
  }
  sqrt(bound)
}

# ── The figures of the report, one by one ──────────────────────────────────────────────────────────────────────────
compared <- data.frame()
compare <- function(place, kind, id, published, linear, there) {
  if (is.null(published$estimate) || is.null(published$se)) return(invisible())   # hidden, or not computable
  if (!there) {
    left_out <<- left_out + 1
    return(invisible())
  }
  se <- standard_error(linear)
  off <- function(mine, theirs) abs(mine - theirs) / max(abs(theirs), 1e-6)
  compared <<- rbind(compared, data.frame(place, kind, id, estimate = linear$estimate, se,
    off_estimate = off(linear$estimate, published$estimate), off_se = off(se, published$se)))
}
compare_place <- function(place, result, inside) {
  if (!any(inside)) return(invisible())
  single <- lapply(seq_len(nrow(items)), item_mean, inside)
  names(single) <- items$id
  dimensions <- list()
  for (dimension in result$dimensions) {
    which <- which(items$dimension == dimension$id)
    for (criterion in dimension$criteria) {
      there <- complete(match(criterion$id, items$id), inside)
      compare(place, "criterion", criterion$id, criterion$estimate, single[[criterion$id]], there)
      if (there && !rotates && !judged && !is.null(criterion$estimate$se)) native(place, criterion, inside)
    }
    v <- items$item_weight[which]
    dimensions[[dimension$id]] <- switch(aggregation,
      item_shares = combined(single[which], v / sum(v)),
      pooled_answers = pooled(which, inside),
      respondent_scores = own_scores(which, inside))
    compare(place, "dimension", dimension$id, dimension$estimate, dimensions[[dimension$id]], complete(which, inside))
  }
  whole <- aggregation == "pooled_answers" && fact("pooled_nodes") == "1"
  of_part <- unique(items[c("part", "part_weight")])
  parts <- lapply(of_part$part, function(part) {
    if (whole) return(pooled(which(items$part == part), inside))
    own <- unique(items[items$part == part, c("dimension", "dimension_in_part")])
    combined(dimensions[own$dimension], own$dimension_in_part)
  })
  for (part in result$parts) {
    at <- if (nrow(of_part) == 1) 1 else match(part$id, of_part$part)
    compare(place, "part", part$id, part$estimate, parts[[at]], complete(items$part == of_part$part[at], inside))
  }
  index <- if (whole) pooled(seq_len(nrow(items)), inside) else combined(parts, of_part$part_weight)
  compare(place, "index", "", result$index, index, complete(seq_len(nrow(items)), inside))
}
# The same by svymean alone, where a domain is all there is to it.
native <- function(place, criterion, inside) {
  at <- match(criterion$id, items$id)
  of <- inside & !is.na(y[, at])
  design$variables$value <- ifelse(of, y[, at], 0)   # rows outside stay in a calibrated design
  found <- svymean(~value, subset(design, of))
  off <- function(mine, theirs) abs(mine - theirs) / max(abs(theirs), 1e-6)
  compared <<- rbind(compared, data.frame(place, kind = "svymean", id = criterion$id,
    estimate = as.numeric(coef(found)), se = as.numeric(SE(found)),
    off_estimate = off(as.numeric(coef(found)), criterion$estimate$estimate),
    off_se = off(as.numeric(SE(found)), criterion$estimate$se)))
}

compare_place("", report$total, rep(TRUE, rows))
parent <- sapply(report$units, function(unit) if (is.null(unit$parent)) "" else unit$parent)
unit <- sapply(report$units, `[[`, "code")
within <- function(code) {
  found <- code
  repeat {
    more <- setdiff(unit[parent %in% found], found)
    if (length(more) == 0) return(found)
    found <- c(found, more)
  }
}
# Units that are weighted together are one stratum, which is in a place as a whole or not at all.
strata <- unique(data$unit)
units_of <- function(unit) strsplit(unit, "+", fixed = TRUE)[[1]]
for (result in report$units) {
  inside <- strata[sapply(strata, function(unit) all(units_of(unit) %in% within(result$code)))]
  compare_place(result$code, result, data$unit %in% inside)
}

cat(sprintf("%-28s %d\n", "sheets", rows))
cat(sprintf("%-28s %d\n", "figures compared", nrow(compared)))
if (!exact) cat(sprintf("%-28s %d\n", "left out, as withheld", left_out))
if (nrow(compared) == 0) {
  cat("nothing can be compared\n")
  quit(status = if (exact) 1 else 2)
}
cat(sprintf("%-28s %.1e\n", "largest difference, estimate", max(compared$off_estimate)))
cat(sprintf("%-28s %.1e\n", "largest difference, error", max(compared$off_se)))
wrong <- compared[!(compared$off_estimate <= 1e-9 & compared$off_se <= 1e-9), ]
if (nrow(wrong) > 0) {
  print(head(wrong, 20), digits = 12)
  quit(status = 1)
}
