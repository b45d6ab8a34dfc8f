//! Annotations for GitHub Actions: <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.

use crosstrack_doctor::{Examination, Verdict};
use crosstrack_model::{CheckReport, HistoryFinding};
use crosstrack_shadow::drift::Drift;

use crate::drift::{reservations, way_on, words};
use crate::human::{difference_text, verdict_words};
use crate::problem::Problem;
use crate::proof::ProofView;

/// The annotation of a problem.
pub fn problem_annotation(problem: &Problem) -> String {
    let mut text = problem.message.clone();
    for cause in &problem.causes {
        text += &format!(": {cause}");
    }
    let place = problem.place.as_ref().map_or(String::new(), |place| {
        let path = escape_property(&place.path.display().to_string());
        format!(" file={path},line={},col={}", place.line, place.column)
    });
    format!("::error{place}::{}\n", escape(&text))
}

/// The annotations of what the checks found.
pub fn finding_annotations(reports: &[CheckReport]) -> String {
    reports
        .iter()
        .flat_map(|report| &report.findings)
        .map(|finding| {
            let text = format!(
                "{} is {}: expected {}, found {}",
                finding.object,
                finding.kind.as_str(),
                finding.expected,
                finding.actual
            );
            format!("::error::{}\n", escape(&text))
        })
        .collect()
}

/// The annotations of what is wrong with a history, each at its file where there is one.
pub fn history_annotations(findings: &[HistoryFinding]) -> String {
    let annotation = |finding: &HistoryFinding| {
        let place = finding
            .path
            .as_ref()
            .map_or(String::new(), |path| format!(" file={}", escape_property(&path.display().to_string())));
        format!("::error{place}::{}\n", escape(&format!("{}; {}", finding.message(), finding.hint())))
    };
    findings.iter().map(annotation).collect()
}

/// The annotations of what is not proven, at the scripts that are to blame.
pub fn proof_annotations(view: &ProofView<'_>) -> String {
    view.failures()
        .map(|(migration, problem)| {
            if let Some(problem) = problem
                && problem.place.is_some()
            {
                return problem_annotation(problem);
            }
            let place = migration.script.as_ref().map_or(String::new(), |path| {
                format!(" file={},line=1", escape_property(&path.display().to_string()))
            });
            let mut text = format!("{} {}", migration.reference, verdict_words(&migration.verdict));
            let causes = problem.map_or(&[][..], |problem| &problem.causes);
            let differences = migration.verdict.differences().iter();
            let differences = differences.map(|one| difference_text(&migration.verdict, one));
            for said in causes.iter().cloned().chain(differences) {
                text += &format!(": {said}");
            }
            format!("::error{place}::{}\n", escape(&text))
        })
        .collect()
}

/// The annotations of drift, and of what keeps the comparison from being whole.
pub fn drift_annotations(drift: &Drift) -> String {
    let errors = drift.findings.iter().map(|finding| {
        let mut text = format!("{} {}", finding.id, words(finding));
        let texts = [("expected", finding.what.expected()), ("found", finding.what.found())];
        for (word, said) in texts.into_iter().filter_map(|(word, said)| Some((word, said?))) {
            text += &format!(", {word} {said}");
        }
        if let Some(track) = &finding.track {
            text += &format!(" (track {track})");
        }
        format!("::error::{}\n", escape(&format!("{text}; {}", way_on(finding))))
    });
    let reservations = reservations(&drift.basis);
    let warnings = reservations.iter().map(|said| format!("::warning::{}\n", escape(said)));
    errors.chain(warnings).collect()
}

/// The annotations of what an examination found wrong.
pub fn doctor_annotations(examination: &Examination) -> String {
    let word = |verdict| match verdict {
        Verdict::Failed => Some("error"),
        Verdict::Warning => Some("warning"),
        Verdict::Ok | Verdict::Skipped => None,
    };
    let annotation = |diagnosis: &crosstrack_doctor::Diagnosis| {
        let judgement = &diagnosis.judgement;
        let word = word(judgement.verdict)?;
        let mut text = format!("{}: {}", diagnosis.check, judgement.says);
        for remedy in &judgement.remedies {
            text += &format!("; {remedy}");
        }
        Some(format!("::{word}::{}\n", escape(&text)))
    };
    examination.diagnoses.iter().filter_map(annotation).collect()
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::problem_annotation;
    use crate::{Outcome, Place, Problem};

    #[test]
    fn an_annotation_is_one_line_at_its_place() {
        let mut problem = Problem::new(Outcome::Failed, &std::io::Error::other("two\nlines"));
        problem.place =
            Some(Place { path: "a,b.sql".into(), line: 3, column: 7, length: 1, text: String::new() });
        assert_eq!(problem_annotation(&problem), "::error file=a%2Cb.sql,line=3,col=7::two%0Alines\n");
    }
}
