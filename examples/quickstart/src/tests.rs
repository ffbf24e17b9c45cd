use rocket::http::{Header, Status};
use rocket::local::blocking::Client;
use tenancy_diesel::embedded::test_server;

#[test]
fn two_companies_keep_their_notes_apart() {
    let database = test_server().fresh_database();
    let client = Client::untracked(super::service(database.url().to_owned()).unwrap()).unwrap();
    let host = |slug: &str| Header::new("Host", format!("{slug}.localhost:8000"));
    for slug in ["acme", "globex"] {
        assert_eq!(client.post(format!("/signup/{slug}")).dispatch().status(), Status::Ok);
        let note = client.post("/notes").header(host(slug)).body(format!("a note of {slug}")).dispatch();
        assert_eq!(note.status(), Status::Ok);
    }
    for slug in ["acme", "globex"] {
        let notes: Vec<String> = client.get("/notes").header(host(slug)).dispatch().into_json().unwrap();
        assert_eq!(notes, [format!("a note of {slug}")]);
    }
    assert_eq!(client.post("/signup/acme").dispatch().status(), Status::Conflict);
    assert_eq!(client.get("/notes").header(host("nobody")).dispatch().status(), Status::NotFound);
    assert_eq!(client.get("/notes").dispatch().status(), Status::BadRequest);
}

#[test]
fn the_readme_shows_this_program_and_its_proof() {
    let readme = include_str!("../../../README.md");
    let program = include_str!("main.rs").split("\n#[cfg(test)]").next().unwrap();
    assert!(readme.contains(program), "README.md, \"In a service of your own\", differs from src/main.rs");
    let proof = include_str!("isolation.rs");
    assert!(readme.contains(proof), "README.md, \"Prove your own isolation\", differs from src/isolation.rs");
}
