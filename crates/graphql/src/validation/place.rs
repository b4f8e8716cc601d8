//! Where in a variable or an argument something is wrong, and what stands there, as errors say it.
use async_graphql::Name;
use std::fmt::{self, Display, Write as _};

/// Characters of what a client sent that an error repeats.
const LONGEST: usize = 60;

/// A place inside an input value.
pub(super) enum Segment {
    Field(Name),
    Index(usize),
}

/// `filter.options[0].name`.
pub(super) fn place(root: impl Display, path: &[Segment]) -> String {
    let mut place = root.to_string();
    for segment in path {
        let _ = match segment {
            Segment::Field(name) => write!(place, ".{}", short(name)),
            Segment::Index(index) => write!(place, "[{index}]"),
        };
    }
    place
}

/// The beginning of a text or value. Writing stops where it gets too long.
pub(super) fn short(what: impl Display) -> Short {
    let mut short = Short::default();
    let _ = write!(short, "{what}");
    short
}

/// The beginning of a text.
#[derive(Default)]
pub(super) struct Short {
    text: String,
    characters: usize,
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.characters == LONGEST {
                self.text.push('…');
                self.characters += 1;
            }
            if self.characters > LONGEST {
                return Err(fmt::Error);
            }
            self.text.push(character);
            self.characters += 1;
        }
        Ok(())
    }
}

impl Display for Short {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
