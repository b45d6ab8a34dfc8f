//! What the checks found, as text.

use crosstrack_model::{CheckReport, Finding};

use super::style::{BAD, GOOD, STRONG, paint};

/// One line for each check, and for each finding what was expected, what is there, and what mends it.
pub fn verified(reports: &[CheckReport]) -> String {
    let mut text = String::new();
    for report in reports {
        let sum = format!("{} of {} {}", report.sound, report.declared, report.objects);
        text += &format!("{}\n", paint(if report.passed() { GOOD } else { BAD }, &sum));
        for finding in &report.findings {
            text += &finding_text(finding);
        }
    }
    text
}

fn finding_text(finding: &Finding) -> String {
    let mut text = format!(
        "  {} {} (track {})\n    expected: {}\n       found: {}\n",
        paint(STRONG, &finding.object),
        paint(BAD, finding.kind.as_str()),
        finding.track,
        finding.expected,
        finding.actual
    );
    for (index, statement) in finding.mend.iter().enumerate() {
        let word = if index == 0 { "       mend: " } else { "             " };
        text += &format!("{word}{statement};\n");
    }
    text
}
