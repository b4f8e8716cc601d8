use super::*;
use crate::mail::OrderNewsKind;

const TOKEN: &str = "dGhpcyBpcyBhIHRva2VuIG9mIDI1NiByYW5kb20gYml0";

fn post() -> Post {
    Post::new("Tea & <Co>", Links::of_storefront("https://shop.example/")).unwrap()
}

/// Every mail, by what it is about.
fn all(language: Language) -> Vec<(&'static str, MailMessage)> {
    let (post, to) = (post(), "jo@shop.example");
    let (hour, day) = (Duration::from_secs(3600), Duration::from_secs(24 * 3600));
    let about = |what| post.about_order(language, to, TOKEN, OrderNews { number: 1001, what }).unwrap();
    vec![
        ("verify_email", post.verify_email(language, to, TOKEN, day * 2).unwrap()),
        ("known_address", post.known_address(language, to, TOKEN, hour).unwrap()),
        ("reset_password", post.reset_password(language, to, TOKEN, hour).unwrap()),
        ("password_changed", post.password_changed(language, to).unwrap()),
        ("confirm_new_email", post.confirm_new_email(language, to, TOKEN, day).unwrap()),
        ("address_wanted", post.address_wanted(language, to).unwrap()),
        ("email_change_asked", post.email_change_asked(language, to, "o'neil&co@new.example").unwrap()),
        ("email_changed", post.email_changed(language, to, "o'neil&co@new.example").unwrap()),
        ("account_deleted", post.account_deleted(language, to).unwrap()),
        ("staff_invitation", post.staff_invitation(language, to, TOKEN, day * 7).unwrap()),
        ("staff_password", post.staff_password(language, to, TOKEN, hour).unwrap()),
        ("order_placed", about(OrderNewsKind::Placed { total: "47.34 EUR" })),
        ("order_shipped", about(OrderNewsKind::Shipped { carrier: "Post <1>", tracking_number: "4711" })),
        ("order_cancelled", about(OrderNewsKind::Cancelled)),
        ("order_refunded", about(OrderNewsKind::Refunded { amount: "10.00 EUR" })),
        ("return_approved", about(OrderNewsKind::ReturnAnswered { is_approved: true })),
        ("return_declined", about(OrderNewsKind::ReturnAnswered { is_approved: false })),
    ]
}

#[test]
fn every_mail_is_written_as_it_was_read() {
    for (name, mail) in all(Language::English) {
        let text = format!("To: {}\nSubject: {}\n\n{}\n{}", mail.to, mail.subject, mail.text, mail.html);
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn values_are_escaped_in_html_and_links_lead_where_the_text_says() {
    for (name, mail) in all(Language::English) {
        assert!(!mail.html.contains("<Co>") && mail.text.contains("Tea & <Co>"), "{name}: {}", mail.html);
        assert!(!mail.html.contains("o'neil&co"), "{name}: {}", mail.html);
        assert_eq!(mail.text.contains(TOKEN), mail.html.contains(TOKEN), "{name}");
        assert!(!mail.subject.contains(['\r', '\n']) && !mail.subject.is_empty(), "{name}");
        assert!(!format!("{mail:?}").contains(TOKEN), "{name}");
    }
}

#[test]
fn links_that_lead_nowhere_are_refused() {
    let good = Links::of_storefront("https://shop.example");
    assert_eq!(good.verify_email, "https://shop.example/account/verify-email#token={token}");
    for bad in ["https://shop.example/verify", "javascript:{token}", "https://x/{token}/{token}", ""] {
        let links = Links { reset_password: bad.to_owned(), ..good.clone() };
        let error = Post::new("Shop", links).unwrap_err();
        assert_eq!(error, BadLink(bad.to_owned()));
        assert!(error.to_string().contains("verify?token={token}"), "{error}");
    }
}

#[test]
fn languages_fall_back_to_english() {
    for locale in ["en", "en-GB", "de-DE", "", "xx_YY"] {
        assert_eq!(Language::of(locale), Language::English);
    }
}
