//! What holds for any input.
#![allow(clippy::panic, reason = "tests fail by panicking")]

use proptest::prelude::*;
use tenancy_core::conninfo::{ConnInfo, LibpqEnvironment};
use tenancy_core::isolation::{Gate, SessionDefaults, SharedSchemas, Statements};
use tenancy_core::name::{Ident, Literal, SchemaName, SchemaNaming, TenantSlug};
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::{ResolverChain, Subdomain, TenantHeader};

/// What PostgreSQL's scanner makes of SQL text: the tokens that matter to structure. An independent reading of
/// the manual's section 4.1, so that the quoting is not checked by itself.
#[derive(Debug, PartialEq)]
enum Token {
    Ident(String),
    Text(String),
    Other(char),
}

fn scan(sql: &str) -> Vec<Token> {
    let chars: Vec<char> = sql.chars().collect();
    let (mut at, mut tokens) = (0, Vec::new());
    while at < chars.len() {
        let escapes = chars[at] == 'E' && chars.get(at + 1) == Some(&'\'');
        if escapes || chars[at] == '\'' || chars[at] == '"' {
            at += usize::from(escapes);
            let quote = chars[at];
            let mut text = String::new();
            loop {
                at += 1;
                match chars.get(at) {
                    None => panic!("unterminated: {sql}"),
                    Some('\\') if escapes => {
                        at += 1;
                        text.push(chars[at]);
                    }
                    Some(c) if *c == quote && chars.get(at + 1) == Some(&quote) => {
                        at += 1;
                        text.push(quote);
                    }
                    Some(c) if *c == quote => break,
                    Some(c) => text.push(*c),
                }
            }
            at += 1;
            tokens.push(if quote == '"' { Token::Ident(text) } else { Token::Text(text) });
        } else {
            tokens.push(Token::Other(chars[at]));
            at += 1;
        }
    }
    tokens
}

fn spaceless(tokens: Vec<Token>) -> Vec<Token> {
    tokens.into_iter().filter(|token| *token != Token::Other(' ')).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_identifier_is_one_token_whatever_it_holds(name in "\\PC*|[\"'\\\\;,. a-z-]*") {
        prop_assert_eq!(scan(&Ident::new(&name).to_string()), vec![Token::Ident(name)]);
    }

    #[test]
    fn a_literal_is_one_token_whatever_it_holds(text in "\\PC*|[\"'\\\\;,. a-zE-]*") {
        prop_assert_eq!(spaceless(scan(&Literal::new(&text).to_string())), vec![Token::Text(text)]);
    }

    #[test]
    fn a_slug_is_taken_exactly_when_it_fits_the_pattern(slug in "\\PC{0,80}|[a-z0-9_]{1,70}|[A-Za-z0-9_\n -]{1,10}") {
        let fits = (1..=56).contains(&slug.len())
            && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !tenancy_core::name::reserved::is_reserved(&slug);
        prop_assert_eq!(TenantSlug::parse(&slug).is_ok(), fits);
    }

    #[test]
    fn two_slugs_never_share_a_schema(a in "[a-z0-9_]{1,56}", b in "[a-z0-9_]{1,56}", prefix in "[a-z_]{0,10}") {
        let Ok(naming) = SchemaNaming::new(&prefix, "base_template") else { return Ok(()) };
        if let (Ok(a), Ok(b)) = (TenantSlug::parse(&a), TenantSlug::parse(&b))
            && let (Ok(schema_a), Ok(schema_b)) = (naming.schema_for(&a), naming.schema_for(&b))
        {
            prop_assert_eq!(a == b, schema_a == schema_b);
            prop_assert!(schema_a.as_str().len() <= 63);
        }
    }

    #[test]
    fn a_search_path_has_one_element_for_each_schema(schema in "[a-z0-9_]{1,63}", shared in prop::collection::vec("\\PC{1,20}", 0..4)) {
        let Ok(schema) = SchemaName::parse(&schema) else { return Ok(()) };
        let Ok(schemas) = SharedSchemas::of(shared.clone()) else { return Ok(()) };
        let path = schemas.search_path(&schema).to_string();
        let idents: Vec<String> = scan(&path).into_iter().filter_map(|token| match token { Token::Ident(name) => Some(name), _ => None }).collect();
        let mut expected = vec![schema.to_string()];
        expected.extend(shared);
        prop_assert_eq!(idents, expected);
        prop_assert!(path.ends_with(", pg_temp"));
    }

    #[test]
    fn nothing_that_enters_the_gate_changes_its_statements(pin in "\\PC*", path in "\\PC*|[\"'\\\\; a-z]*", name in "[^.]{0,20}", value in "\\PC*|['\\\\;]*") {
        let skeleton = |pin: &str, path: &str, name: &str, value: &str| {
            let gate = Gate::new(&SessionDefaults::default().with(name, value));
            let tokens = spaceless(scan(gate.batch(pin, path, Statements::Keep { prepared: 1 }).as_str()));
            tokens.into_iter().map(|token| match token {
                Token::Text(_) => Token::Text(String::new()),
                Token::Ident(_) => Token::Ident(String::new()),
                other => other,
            }).collect::<Vec<_>>()
        };
        // Those that are always there would be replaced, not added.
        prop_assume!(!["client_encoding", "timezone", "default_transaction_isolation"].contains(&name.to_lowercase().as_str()));
        prop_assert_eq!(skeleton(&pin, &path, &name, &value), skeleton("1", "x", "a", "b"));
    }

    #[test]
    fn whatever_a_client_sends_names_a_valid_slug_or_nobody(host in "\\PC{0,90}", label in "[a-zA-Z0-9_.-]{0,70}", header in "\\PC{0,90}") {
        let chain = ResolverChain::new().then(Subdomain::of("example.com")).then(TenantHeader::id());
        for host in [host.clone(), format!("{label}.example.com")] {
            let request = RequestParts::new(Some(&host), "/").header("X-Tenant-ID", &header);
            for key in chain.resolve(&request).into_iter().flatten() {
                let text = key.to_string();
                prop_assert!(TenantSlug::parse(&text).is_ok() || uuid::Uuid::parse_str(&text).is_ok(), "{}", text);
            }
        }
    }

    #[test]
    fn no_connection_string_makes_the_reader_panic(conninfo in "\\PC*|postgres://[a-z%@:/?=&,\\[\\].0-9']*|[a-z]+ *= *'?[a-z\\\\' =]*") {
        let _ = ConnInfo::read(&conninfo, &LibpqEnvironment::default()).require_encryption();
    }

    #[test]
    fn a_remote_host_is_refused_in_either_form(host in "[a-z]{3,12}\\.(com|org|internal)", user in "[a-z]{1,8}") {
        for conninfo in [format!("postgres://{user}@{host}/db"), format!("user={user} host={host}"), format!("postgresql:///db?host={host}")] {
            prop_assert!(ConnInfo::read(&conninfo, &LibpqEnvironment::default()).require_encryption().is_err(), "{}", conninfo);
        }
    }
}
