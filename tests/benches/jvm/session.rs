//! The two sessions as a Rust application would have them.

use std::collections::HashMap;

use anyhow::Result;
use holdfast_document::from_document;
use serde::{Deserialize, Serialize, Serializer};

/// The attributes of either.
#[derive(Debug)]
pub(crate) enum Attributes {
    Cart(Box<Cart>),
    Items(Box<Items>),
}

impl Attributes {
    /// Reads them from the document of a Java session.
    pub(crate) fn of(session: &str, document: &[u8]) -> Result<Self> {
        Ok(match session {
            "shopping cart" => Self::Cart(Box::new(from_document(document)?)),
            _ => Self::Items(Box::new(from_document(document)?)),
        })
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Cart(cart) => cart.serialize(serializer),
            Self::Items(items) => items.serialize(serializer),
        }
    }
}

/// A shopping cart of 20 lines.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cart {
    authenticated: bool,
    cart: Basket,
    csrf_token: String,
    last_viewed: Vec<String>,
    locale: String,
    login_time: i64,
    preferences: HashMap<String, String>,
    roles: Vec<String>,
    user: User,
    visits: i32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Basket {
    currency: String,
    items: Vec<Line>,
    total: String,
    owner: User,
    last_added: Line,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    sku: String,
    name: String,
    quantity: i32,
    unit_price: String,
    added_at: i64,
    gift: bool,
    note: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: i64,
    login: String,
    email: String,
    display_name: String,
    email_verified: bool,
    last_login: i64,
    roles: Vec<String>,
    address: Option<Address>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Address {
    street: String,
    city: String,
    zip: String,
    country: String,
}

/// 2,000 items.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Items {
    history: Vec<Line>,
    token: String,
    user: User,
}
