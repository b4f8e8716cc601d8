//! The pictures of one product while it is put together.
use super::image::ImageDraft;
use tradewind_domain::{media::Media, variant::Variant};
use uuid::Uuid;

/// What is shown, and what was stored and may be found again by its address.
pub(crate) struct Gallery {
    shown: Vec<Media>,
    stored: Vec<Media>,
}

impl Gallery {
    pub(crate) fn new(stored: Vec<Media>) -> Self {
        Self { shown: stored, stored: Vec::new() }
    }

    /// Shows the file's pictures instead; a picture of the same address keeps its row.
    pub(crate) fn replace(&mut self, images: Vec<ImageDraft>, new_id: &mut (dyn FnMut() -> Uuid + Send)) {
        self.stored = std::mem::take(&mut self.shown);
        for ImageDraft { url, alt, position } in images {
            let mut media = self.take(&url).unwrap_or_else(|| draft(url, new_id));
            media.position = position;
            if let Some(alt) = alt.filter(|alt| media.alt.trim() != alt) {
                media.alt = alt;
            }
            self.shown.push(media);
        }
    }

    fn take(&mut self, url: &str) -> Option<Media> {
        let index = self.stored.iter().position(|media| media.url == url)?;
        Some(self.stored.remove(index))
    }

    /// The picture of an address; it is added behind the others if it is not shown yet. Among equals, the one that the
    /// variant has.
    pub(crate) fn find_or_add(
        &mut self,
        url: String,
        current: Option<Uuid>,
        new_id: &mut (dyn FnMut() -> Uuid + Send),
    ) -> Uuid {
        let same = |media: &&Media| media.url == url;
        let own = self.shown.iter().filter(same).find(|media| Some(media.id) == current);
        if let Some(media) = own.or_else(|| self.shown.iter().find(same)) {
            return media.id;
        }
        let position = self.shown.iter().map(|media| media.position).max().unwrap_or(0).saturating_add(1);
        let media = self.take(&url).unwrap_or_else(|| draft(url, new_id));
        let id = media.id;
        self.shown.push(Media { position, ..media });
        id
    }

    /// The pictures; a variant whose picture is gone has none.
    pub(crate) fn finish(self, variants: &mut [Variant]) -> Vec<Media> {
        for variant in variants {
            variant.media_id = variant.media_id.filter(|id| self.shown.iter().any(|media| media.id == *id));
        }
        self.shown
    }
}

fn draft(url: String, new_id: &mut (dyn FnMut() -> Uuid + Send)) -> Media {
    Media { id: new_id(), url, alt: String::new(), width: None, height: None, position: 0 }
}
