use super::{Area, Check, MendedBy, Severity};

/// PostgreSQL 13 and older had it as default; a server that was upgraded may still.
pub(super) const CHECK: Check = Check {
    code: "md5_passwords",
    severity: Severity::Advice,
    area: Area::Server,
    what: "servers that store new passwords as MD5",
    why: "a stolen hash is as good as the password",
    remedy: "switch to SCRAM, then set the passwords anew",
    sql: r#"
        SELECT format('password_encryption = %s', setting), CASE source WHEN 'database'
               THEN format('ALTER DATABASE %I RESET password_encryption', current_database())
               ELSE 'ALTER SYSTEM SET password_encryption = ''scram-sha-256''' END
        FROM pg_settings WHERE name = 'password_encryption' AND setting = 'md5'"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
