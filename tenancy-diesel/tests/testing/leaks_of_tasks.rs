//! Services that leak because tasks share threads.

use std::cell::RefCell;
use std::sync::Mutex;

use tenancy_diesel::testing::{AsTasks, FaultPlan, Interleaver};

use crate::ground::{Ground, bodies, refused};

thread_local! {
    static CURRENT: RefCell<String> = const { RefCell::new(String::new()) };
}

fn calm(ground: &Ground) -> Interleaver<AsTasks> {
    Interleaver::as_tasks(&ground.tenancy, &ground.sentinels, ground.url())
        .faults(FaultPlan::none())
        .operations(200)
        .reads(
            "honest list",
            |probe| async move { probe.tenancy().db(probe.tenant().clone()).run(bodies).await },
        )
}

#[tokio::test]
async fn a_tenant_kept_in_a_thread_local_across_an_await() {
    let ground = tokio::task::spawn_blocking(Ground::new).await.unwrap();
    let report = calm(&ground)
        .calls("whoami", |probe| async move {
            CURRENT.set(probe.marker().to_owned());
            let _ = probe.tenancy().db(probe.tenant().clone()).run(bodies).await;
            CURRENT.with_borrow(Clone::clone)
        })
        .run()
        .await
        .unwrap();
    refused(&report);
    assert!(!report.foreign.is_empty(), "{report}");
    tokio::task::spawn_blocking(move || drop(ground)).await.unwrap();
}

/// "Who asks" is set at the beginning and cleared at the end; a client that goes away leaves it set.
#[tokio::test]
async fn a_state_that_only_the_end_of_a_request_clears() {
    static ASKING: Mutex<Option<String>> = Mutex::new(None);
    let ground = tokio::task::spawn_blocking(Ground::new).await.unwrap();
    let check = |plan: FaultPlan| {
        Interleaver::as_tasks(&ground.tenancy, &ground.sentinels, ground.url())
            .faults(plan)
            .operations(200)
            .reads("list", |probe| async move {
                let waiting = ASKING.lock().unwrap().clone();
                if let Some(marker) = waiting.filter(|marker| marker != probe.marker()) {
                    return Err(format!("busy with {marker}"));
                }
                *ASKING.lock().unwrap() = Some(probe.marker().to_owned());
                let answer = probe.tenancy().db(probe.tenant().clone()).run(bodies).await;
                *ASKING.lock().unwrap() = None;
                answer.map_err(|error| error.to_string())
            })
            .workers(1)
    };
    let calm = check(FaultPlan::none()).run().await.unwrap();
    assert!(calm.foreign.is_empty(), "one at a time and to the end, nothing shows: {calm}");
    assert!(refused(&calm).contains("use more workers"));
    let report = check(FaultPlan::none().cancellations(5)).run().await.unwrap();
    refused(&report);
    assert!(!report.foreign.is_empty(), "{report}");
    tokio::task::spawn_blocking(move || drop(ground)).await.unwrap();
}
