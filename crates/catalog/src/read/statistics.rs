//! Objects that gather extended statistics. What they have gathered is not schema.

use super::Reading;

pub(super) const STATISTICS: Reading = Reading {
    name: "statistics objects",
    sql: "
SELECT 'statistics object' AS kind, format('%I.%I', n.nspname, s.stxname) AS name, r.word AS parent_kind, r.name AS parent,
    pg_get_userbyid(s.stxowner) AS owner, pg_get_statisticsobjdef(s.oid) AS definition,
    CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::text END AS target
FROM pg_statistic_ext s JOIN place n ON n.oid = s.stxnamespace JOIN relation r ON r.oid = s.stxrelid",
};
