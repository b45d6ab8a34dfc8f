//! Two texts for one thing: an expression may be written otherwise by a server of another version, or once it was read again.
//!
//! It must not decide what a difference means: both texts are read again by the shadow server, and what it writes then is compared.

use std::collections::BTreeMap;

use crosstrack_alter::alter;
use crosstrack_catalog::{Catalog, Change, Difference, Fact, Id, differences};
use crosstrack_shadow::ShadowServer;

use crate::bench::on_a_bench;
use crate::error::SchemaError;

/// Attributes that hold an expression as the server writes it.
const EXPRESSIONS: [&str; 6] = ["definition", "expression", "default", "generated", "using", "with_check"];

/// The first schema, with the texts of the second where the shadow server writes both in the same way.
///
/// # Errors
/// When there is no shadow database.
pub async fn with_texts_of(
    server: &ShadowServer,
    catalog: Catalog,
    other: &Catalog,
) -> Result<Catalog, SchemaError> {
    let open: Vec<Difference> = differences(&catalog, other).into_iter().filter(is_of_a_text).collect();
    if open.is_empty() {
        return Ok(catalog);
    }
    let Some(own) = made_again(server, &catalog).await? else { return Ok(catalog) };
    let Some(others) = made_again(server, other).await? else { return Ok(catalog) };
    let mut texts: BTreeMap<Id, Vec<(String, String)>> = BTreeMap::new();
    for Difference { id, change, .. } in open {
        if let Change::Changed { attribute, to: Some(to), .. } = change
            && let Some(text) = text(&own, &id, &attribute)
            && Some(text) == self::text(&others, &id, &attribute)
        {
            texts.entry(id).or_default().push((attribute, to));
        }
    }
    let with_texts = |fact: &Fact| {
        let mut fact = fact.clone();
        for (attribute, text) in texts.get(&fact.id).into_iter().flatten() {
            fact.attributes.insert(attribute.as_str(), text.clone());
        }
        fact
    };
    let facts: Catalog = catalog.facts().map(with_texts).collect();
    Ok(facts.with_dependencies(catalog.dependencies().clone()))
}

fn text<'a>(catalog: &'a Catalog, id: &Id, attribute: &str) -> Option<&'a String> {
    catalog.get(id)?.attributes.get(attribute)
}

/// The catalog of a schema that was made anew on a shadow database; none where the server refuses a statement.
pub(crate) async fn made_again(
    server: &ShadowServer,
    wanted: &Catalog,
) -> Result<Option<Catalog>, SchemaError> {
    let again = on_a_bench(server, &[], async |bench| {
        let empty = bench.catalog().await?;
        let statements = alter(&empty, wanted, bench.acting())?;
        match bench.run(&statements).await {
            Ok(()) => Ok(Some(bench.catalog().await?)),
            Err(_) => Ok(None),
        }
    });
    Box::pin(again).await
}

pub(crate) fn is_of_a_text(difference: &Difference) -> bool {
    matches!(&difference.change, Change::Changed { attribute, .. } if EXPRESSIONS.contains(&attribute.as_str()))
}

#[cfg(test)]
mod tests {
    use crosstrack_catalog::{Catalog, Fact, Id, Kind};

    use super::{text, with_texts_of};
    use crate::tests::{catalog, shadow_server};

    /// The catalog with another text for a view.
    fn with_view(catalog: &Catalog, view: &Id, definition: &str) -> Catalog {
        let facts = catalog.facts().map(|fact| {
            let mut fact: Fact = fact.clone();
            if fact.id == *view {
                fact.attributes.insert("definition", definition.to_owned());
            }
            fact
        });
        facts.collect::<Catalog>().with_dependencies(catalog.dependencies().clone())
    }

    #[tokio::test]
    async fn a_text_that_another_version_writes_is_the_same_and_one_that_means_something_else_is_not() {
        let to =
            catalog("create table t (id int, a int); create view v as select id from t where a > 1").await;
        let view = Id { kind: Kind::View, name: "public.v".to_owned() };
        let written = text(&to, &view, "definition").cloned();
        let server = shadow_server();
        for (definition, is_same) in [
            (" SELECT public.t.id\n   FROM public.t\n  WHERE public.t.a > 1;", true),
            (" SELECT id FROM public.t WHERE (a > 2);", false),
        ] {
            let from = with_view(&to, &view, definition);
            let from = with_texts_of(&server, from, &to).await.expect("there is a shadow server");
            assert_eq!(text(&from, &view, "definition").cloned() == written, is_same, "{definition}");
        }
    }
}
