//! What an examination found, as text.

use crosstrack_doctor::{Diagnosis, Examination, Verdict};

use super::style::{BAD, FAINT, GOOD, WARNING, one_line, paint};
use crate::problem::as_called;

/// A line for each check, and under it what mends it.
pub fn doctor(examination: &Examination, is_healthy: bool, program: &str) -> String {
    let width = examination.diagnoses.iter().map(|diagnosis| diagnosis.check.len()).max().unwrap_or_default();
    let lines: String = examination.diagnoses.iter().map(|diagnosis| lines(diagnosis, width)).collect();
    as_called(&(lines + &closing(examination, is_healthy)), program)
}

fn lines(diagnosis: &Diagnosis, width: usize) -> String {
    let judgement = &diagnosis.judgement;
    let style = match judgement.verdict {
        Verdict::Ok => GOOD,
        Verdict::Warning => WARNING,
        Verdict::Failed => BAD,
        Verdict::Skipped => FAINT,
    };
    let verdict = paint(style, &format!("{:<7}", judgement.verdict.as_str()));
    let mut text = format!("  {verdict}  {:<width$}  {}\n", diagnosis.check, one_line(&judgement.says));
    for (index, remedy) in judgement.remedies.iter().enumerate() {
        let word = if index == 0 { "next:" } else { "     " };
        text +=
            &format!("{:indent$}{} {}\n", "", paint(WARNING, word), one_line(remedy), indent = width + 13);
    }
    text
}

fn closing(examination: &Examination, is_healthy: bool) -> String {
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|verdict| examination.count(*verdict) > 0)
        .map(|verdict| {
            let (number, word) = (examination.count(verdict), verdict.as_str());
            if verdict == Verdict::Warning && number > 1 {
                format!("{number} {word}s")
            } else {
                format!("{number} {word}")
            }
        })
        .collect();
    let sum = counts.join(", ");
    if is_healthy { format!("Healthy: {sum}.\n") } else { format!("Not healthy: {sum}.\n") }
}
