//! The sessions that `holdfast bench` runs when it is given none: plain data, as a Rust or JavaScript
//! application stores it.

use std::collections::BTreeMap;

use holdfast_document::to_document;
use serde::Serialize;

/// A session to run: what it is called, and its document.
#[derive(Debug, Clone)]
pub struct Session {
    /// What the report calls it.
    pub name: String,
    /// Its attributes.
    pub document: Vec<u8>,
}

/// The built-in sessions, smallest first.
///
/// # Errors
/// Never for these data; the serde bridge could refuse others.
pub fn built_in() -> Result<Vec<Session>, holdfast_document::SerdeError> {
    Ok(vec![
        session("3 strings", &strings())?,
        session("shopping cart", &shopping_cart())?,
        session("wide map", &wide_map())?,
        session("2,000 items", &items())?,
    ])
}

fn session(name: &str, attributes: &impl Serialize) -> Result<Session, holdfast_document::SerdeError> {
    Ok(Session { name: name.to_owned(), document: to_document(attributes)? })
}

#[derive(Serialize)]
struct Login {
    user: &'static str,
    locale: &'static str,
    csrf: &'static str,
}

fn strings() -> Login {
    Login { user: "alice", locale: "de-DE", csrf: "9f86d081884c7d659a2feaa0c55ad015" }
}

#[derive(Serialize)]
struct Shop {
    authenticated: bool,
    user: User,
    cart: Cart,
    csrf: &'static str,
    recently_viewed: Vec<String>,
}

#[derive(Serialize)]
struct User {
    id: i64,
    login: &'static str,
    email: &'static str,
    display_name: &'static str,
    roles: Vec<&'static str>,
    last_login: i64,
}

#[derive(Serialize)]
struct Cart {
    currency: &'static str,
    lines: Vec<Line>,
    total_cents: i64,
}

#[derive(Serialize)]
struct Line {
    sku: String,
    name: String,
    quantity: u32,
    unit_price: f64,
    added_at: i64,
    gift: bool,
    note: Option<String>,
}

fn shopping_cart() -> Shop {
    Shop {
        authenticated: true,
        user: User {
            id: 4_711,
            login: "alice",
            email: "alice@example.com",
            display_name: "Alice Ångström",
            roles: vec!["customer", "reviewer", "beta"],
            last_login: 1_706_659_200_123,
        },
        cart: Cart { currency: "EUR", lines: (0..20).map(line).collect(), total_cents: 123_456 },
        csrf: "9f86d081884c7d659a2feaa0c55ad015",
        recently_viewed: (0..8).map(|n| format!("SKU-{:06}", n * 7_919)).collect(),
    }
}

fn line(number: u32) -> Line {
    Line {
        sku: format!("SKU-{:06}", number * 104_729 % 1_000_000),
        name: if number % 5 == 3 {
            format!("Product number {number} 商品")
        } else {
            format!("Product number {number}")
        },
        quantity: number % 4 + 1,
        unit_price: f64::from(number * 311 % 9_973) / 100.0,
        added_at: 1_706_659_200_123 + i64::from(number) * 61_000,
        gift: number.is_multiple_of(7),
        note: number.is_multiple_of(7).then(|| format!("gift wrap, please: {number}")),
    }
}

#[derive(Serialize)]
struct Items {
    items: Vec<Line>,
}

fn items() -> Items {
    Items { items: (0..2_000).map(line).collect() }
}

#[derive(Serialize)]
struct Wide {
    map: BTreeMap<String, Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    List(Vec<String>),
}

fn wide_map() -> Wide {
    let value = |number: i64| match number % 5 {
        0 => Value::Text(format!("value {number}")),
        1 => Value::Whole(number * 1_000_003),
        2 => Value::Fraction(number as f64 / 8.0),
        3 => Value::Flag(number % 2 == 0),
        _ => Value::List(vec![format!("a{number}"), format!("b{number}")]),
    };
    Wide { map: (0..5_000).map(|number| (format!("key-{number:05}"), value(number))).collect() }
}
