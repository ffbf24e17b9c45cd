//! Variants in turns, medians at the end.
//!
//! * [`Way`]: one way to do a thing; the time of each of its parts becomes a figure.
//! * [`Lap`]: one run of a way, read by a clock or by a counter of round trips.
//! * [`times`], [`trips`]: all ways in turns by the clock; each by the counter.
//!
//! The machine is shared and noisy, and noise comes in waves. So the ways take turns within one run, a few laps
//! each, every round starting with another one: a wave hits them all. The median ignores what is left.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::proxy::CountingProxy;

/// One way to do a thing.
pub(crate) struct Way<'a> {
    parts: Vec<&'static str>,
    run: Run<'a>,
}

type Run<'a> = Box<dyn FnMut(&mut Lap<'_>) -> Result<()> + 'a>;

/// One part of one way: in seconds, or in round trips.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    pub(crate) what: &'static str,
    pub(crate) median: f64,
    /// What nine in ten laps took at least. Noise only adds, so this is close to what a quiet machine would show.
    pub(crate) quiet: f64,
}

/// One run of a way.
pub(crate) struct Lap<'a> {
    meter: &'a Meter<'a>,
    start: f64,
    marks: Vec<f64>,
}

/// What a lap is read by.
enum Meter<'a> {
    Clock(Instant),
    Trips(&'a CountingProxy),
}

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How often every way gets its turn.
    pub(crate) rounds: usize,
    /// How many laps a turn has.
    pub(crate) laps: usize,
}

impl<'a> Way<'a> {
    /// A way whose laps call [`Lap::start`], and [`Lap::mark`] once for each of `parts`.
    pub(crate) fn parts(
        parts: impl Into<Vec<&'static str>>,
        run: impl FnMut(&mut Lap<'_>) -> Result<()> + 'a,
    ) -> Self {
        Self { parts: parts.into(), run: Box::new(run) }
    }

    /// A way that is measured as a whole.
    pub(crate) fn new(name: &'static str, mut run: impl FnMut() -> Result<()> + 'a) -> Self {
        Self::parts([name], move |lap| {
            lap.start();
            run()?;
            lap.mark();
            Ok(())
        })
    }
}

impl Lap<'_> {
    /// What was done up to now was preparation.
    pub(crate) fn start(&mut self) {
        self.start = self.meter.read();
    }

    /// A part is done. Parts are read from the start, not from the part before.
    pub(crate) fn mark(&mut self) {
        self.marks.push(self.meter.read() - self.start);
    }
}

impl Meter<'_> {
    fn read(&self) -> f64 {
        match self {
            Self::Clock(began) => began.elapsed().as_secs_f64(),
            Self::Trips(proxy) => proxy.trips() as f64,
        }
    }
}

/// The median time of every part of every way, in seconds, in the order given. A first turn is not counted.
pub(crate) fn times(ways: &mut [Way<'_>], effort: Effort) -> Result<Vec<Figure>> {
    let meter = Meter::Clock(Instant::now());
    let mut samples = samples_of(ways);
    for way in &mut *ways {
        turn(way, &meter, effort.laps, &mut vec![Vec::new(); way.parts.len()])?;
    }
    for round in 0..effort.rounds {
        for n in 0..ways.len() {
            let at = (round + n) % ways.len();
            turn(&mut ways[at], &meter, effort.laps, &mut samples[at])?;
        }
    }
    Ok(figures(ways, samples))
}

/// The time of one lap of a way of one part, in seconds: for what takes so long that noise does not matter.
pub(crate) fn once(mut way: Way<'_>) -> Result<Figure> {
    let meter = Meter::Clock(Instant::now());
    let mut samples = vec![Vec::new(); way.parts.len()];
    turn(&mut way, &meter, 1, &mut samples)?;
    let seconds = samples.into_iter().flatten().next().unwrap_or(f64::NAN);
    Ok(Figure { what: way.parts.first().copied().unwrap_or_default(), median: seconds, quiet: seconds })
}

/// The median number of round trips of every part of every way, which must connect through `proxy`.
pub(crate) fn trips(ways: &mut [Way<'_>], proxy: &CountingProxy, laps: usize) -> Result<Vec<Figure>> {
    let meter = Meter::Trips(proxy);
    let mut samples = samples_of(ways);
    for (way, samples) in ways.iter_mut().zip(&mut samples) {
        turn(way, &meter, laps, &mut vec![Vec::new(); way.parts.len()])?;
        // Pools connect in the background.
        std::thread::sleep(Duration::from_millis(100));
        turn(way, &meter, laps, samples)?;
    }
    Ok(figures(ways, samples))
}

type Samples = Vec<Vec<f64>>;

fn samples_of(ways: &[Way<'_>]) -> Vec<Samples> {
    ways.iter().map(|way| vec![Vec::new(); way.parts.len()]).collect()
}

fn turn(way: &mut Way<'_>, meter: &Meter<'_>, laps: usize, samples: &mut Samples) -> Result<()> {
    for _ in 0..laps {
        let mut lap = Lap { meter, start: meter.read(), marks: Vec::with_capacity(way.parts.len()) };
        (way.run)(&mut lap)?;
        for (part, mark) in samples.iter_mut().zip(lap.marks) {
            part.push(mark);
        }
    }
    Ok(())
}

fn figures(ways: &[Way<'_>], samples: Vec<Samples>) -> Vec<Figure> {
    let parts = ways.iter().flat_map(|way| &way.parts);
    parts
        .zip(samples.into_iter().flatten())
        .map(|(what, mut samples)| {
            samples.sort_by(f64::total_cmp);
            Figure { what, median: quantile(&samples, 2), quiet: quantile(&samples, 10) }
        })
        .collect()
}

/// Of sorted samples the one below which one in `parts` lies; with 2 the median (the lower of two middle ones).
fn quantile(sorted: &[f64], parts: usize) -> f64 {
    sorted.get(sorted.len().saturating_sub(1) / parts).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_an_outlier() {
        assert_eq!(quantile(&[1.0, 3.0, 900.0], 2), 3.0);
        assert_eq!(quantile(&[1.0, 2.0], 2), 1.0);
        assert_eq!(quantile(&(0..21).map(f64::from).collect::<Vec<_>>(), 10), 2.0);
    }

    #[test]
    fn every_part_of_every_way_becomes_a_figure_in_order() {
        let mut ways = [
            Way::parts(["answer", "whole"], |lap| {
                lap.start();
                lap.mark();
                std::thread::sleep(Duration::from_millis(2));
                lap.mark();
                Ok(())
            }),
            Way::new("other", || Ok(())),
        ];
        let figures = times(&mut ways, Effort { rounds: 2, laps: 1 }).unwrap();
        let names: Vec<_> = figures.iter().map(|figure| figure.what).collect();
        assert_eq!(names, ["answer", "whole", "other"]);
        assert!(figures[0].median < 0.002 && figures[1].median >= 0.002);
    }
}
