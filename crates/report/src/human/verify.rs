//! What the checks found, as text.

use crosstrack_model::{CheckReport, Finding};

use super::style::{BAD, GOOD, STRONG, paint};

/// One line for each check, and for each finding what was expected, what is there, and what mends it.
pub fn verified(reports: &[CheckReport]) -> String {
    let mut text = String::new();
    for report in reports.iter().filter(|report| report.declared > 0) {
        let sum = format!("{} of {} {}", report.sound, report.declared, report.objects);
        text += &format!("{}\n", paint(if report.passed() { GOOD } else { BAD }, &sum));
        for (index, finding) in report.findings.iter().enumerate() {
            text += &finding_text(finding);
            // Several findings of one object are mended together, once.
            if report.findings.get(index + 1).is_none_or(|next| next.mend != finding.mend) {
                text += &mend_text(finding);
            }
        }
    }
    if text.is_empty() {
        text += "Nothing is declared: a track's `indexes` and `constraints` in crosstrack.toml name the declarations.\n";
    }
    text
}

fn finding_text(finding: &Finding) -> String {
    format!(
        "  {} {} (track {})\n    expected: {}\n       found: {}\n",
        paint(STRONG, &finding.object),
        paint(BAD, finding.kind.as_str()),
        finding.track,
        finding.expected,
        finding.actual
    )
}

fn mend_text(finding: &Finding) -> String {
    let mut text = String::new();
    for (index, statement) in finding.mend.iter().enumerate() {
        let word = if index == 0 { "       mend: " } else { "             " };
        text += &format!("{word}{statement};\n");
    }
    text
}
