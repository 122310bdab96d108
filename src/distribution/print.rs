//! What the posters of a campaign show, gathered from the database.

use crate::{
    language::{Lang, vietnamese},
    organisation::order,
    store::{
        Store, StoreError,
        campaigns::{self, Stored},
        pictures, places, ready, units,
    },
};

use super::{
    address,
    pdf::{
        PdfError, Templates,
        poster::{Desk, Posters, Size},
    },
};

/// Which counters are printed; all that no field leaves out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Only the counter with this code.
    pub counter: Option<&'a str>,
    /// Only counters of this unit and those below it.
    pub unit: Option<&'a str>,
    /// Only counters of this unit and those below it: all that the reader may see.
    pub within: Option<&'a str>,
}

/// The posters of a campaign.
#[derive(Debug, Clone)]
pub struct Sheets {
    /// The campaign.
    pub stored: Stored,
    /// Minutes that answering takes.
    pub minutes: u32,
    /// The languages that it may be answered in, the questionnaire's own first.
    pub languages: Vec<Lang>,
    /// The counters chosen, unit by unit in the order of the tree.
    pub desks: Vec<Desk>,
    /// The province's logo.
    pub logo: Option<Vec<u8>>,
}

/// The counters in use of a campaign as printed; `None` for an unknown campaign. No counter may be left.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn gather(
    store: &Store,
    base_url: &str,
    slug: &str,
    choice: Choice<'_>,
) -> Result<Option<Sheets>, StoreError> {
    let mut db = store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let tree = units::tree(&mut db).await?;
    let bounds: Vec<Option<usize>> =
        [choice.unit, choice.within].into_iter().flatten().map(|code| tree.position(code)).collect();
    let ranks = order::ranks(&tree);
    let mut desks: Vec<(usize, Desk)> = places::of_campaign(&mut db, stored.number)
        .await?
        .into_iter()
        .filter(|place| !place.retired)
        .filter_map(|place| {
            let (code, last, at) = (place.counter?, place.address?, tree.position(&place.unit)?);
            let chosen = choice.counter.is_none_or(|wanted| wanted == code)
                && bounds.iter().all(|bound| bound.is_some_and(|above| tree.is_within(at, above)));
            let unit = tree.get(&place.unit)?.name.clone();
            let url = address::counter(base_url, &last);
            let rank = ranks.get(place.unit.as_str()).copied().unwrap_or(usize::MAX);
            chosen.then(|| (rank, Desk { unit, counter: place.name.unwrap_or(code), url }))
        })
        .collect();
    // In the order of the pages, so that a pile of sheets is handed out down the list of units.
    desks.sort_by_cached_key(|(rank, desk)| (*rank, vietnamese::natural(&desk.counter)));
    let desks = desks.into_iter().map(|(_, desk)| desk).collect();
    let logo = pictures::get(&mut db, pictures::LOGO).await?;
    let questionnaire = ready::load(&mut db, stored.clone()).await?.questionnaire;
    let languages =
        questionnaire.languages.iter().filter_map(|code| Lang::find_for_respondents(code)).collect();
    Ok(Some(Sheets { stored, minutes: questionnaire.minutes, languages, desks, logo }))
}

/// The language below another one on paper, where the campaign is answered in it: English below Vietnamese, Vietnamese
/// below any other.
pub fn second(lang: Lang, languages: &[Lang]) -> Option<Lang> {
    let second = if lang == Lang::VI { Lang::EN } else { Lang::VI };
    languages.contains(&second).then_some(second)
}

impl Sheets {
    fn first(&self) -> Lang {
        self.languages.first().copied().unwrap_or(Lang::VI)
    }

    /// The PDF in this language and size, the first `skip` labels left out; in the campaign's first language where it is
    /// not answered in this one. It takes a while: not for a thread that others wait for.
    ///
    /// # Errors
    /// [`PdfError`].
    pub fn pdf(
        &self,
        templates: &Templates,
        lang: Lang,
        size: Size,
        skip: usize,
    ) -> Result<Vec<u8>, PdfError> {
        let campaign = &self.stored.campaign;
        let lang = if self.languages.contains(&lang) { lang } else { self.first() };
        let posters = Posters {
            lang,
            second: second(lang, &self.languages),
            campaign: lang.pick(&campaign.title),
            author: campaign.notice.as_ref().map_or("", |notice| lang.pick(&notice.responsible)),
            minutes: self.minutes,
            demonstration: campaign.demonstration,
            logo: self.logo.as_deref(),
            skip,
        };
        posters.pdf(templates, size, &self.desks)
    }
}
