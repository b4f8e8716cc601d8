//! A progress bar, on a terminal only; elsewhere it draws nothing.
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error.
pub(super) fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    // A template with a mistake is a plain bar.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}
