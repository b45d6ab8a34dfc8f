-- Without the column an impersonated session would pass for one of the person themselves, so those sessions end here.
-- The bans are lost: whoever was banned can sign in again.
DELETE FROM sessions WHERE impersonated_by_id IS NOT NULL;

ALTER TABLE sessions
    DROP CONSTRAINT sessions_impersonated_by_id_check,
    DROP COLUMN impersonated_by_id;

ALTER TABLE users
    DROP CONSTRAINT users_ban_check,
    DROP COLUMN ban_expires_at,
    DROP COLUMN ban_reason,
    DROP COLUMN banned;
