//! A real backend on a free port with its own database, and the two ends of its lines: a visitor's widget and an agent's inbox,
//! each a pure state and a pure line, here with real sockets.

use crate::wire::Wire;
use backend::{Config, ServeError};
use channel::{AgentLine, Input, VisitorLine, agent_line, visitor_line};
use inbox::state::{self as inbox_state, Inbox};
use shopbell::{
    answering::Answering,
    strings::Strings,
    widget::state::{Conversation, Effect, Event},
};
use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
    fs,
    net::SocketAddr,
    path::PathBuf,
    rc::Rc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

const SHOP: &str = "https://shop.example";
const PASSWORD: &str = "a long password";
/// A story that waits longer than this for anything has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A new id, in the shape the backend takes.
fn new_id() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("01980000-0000-7000-8000-{:012x}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// A shop whose backend comes and goes, on one database.
pub(crate) struct Shop {
    folder: TempDir,
    /// Where the backend is, or was last.
    address: Rc<Cell<SocketAddr>>,
    running: Option<Running>,
    answering: Rc<Answering>,
}

struct Running {
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        let public = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/public"));
        let faq = fs::read_to_string(public.join("faq.json")).expect("the FAQ");
        let encoder = fs::read(public.join("encoders/en.bin")).expect("the encoder");
        let mut shop = Shop {
            folder: tempfile::tempdir().expect("a folder"),
            address: Rc::new(Cell::new(SocketAddr::from(([127, 0, 0, 1], 0)))),
            running: None,
            answering: Rc::new(Answering::new(&faq, &encoder, "").expect("a bot")),
        };
        shop.start().await;
        shop
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("shopbell.db")
    }

    /// Starts the backend, on a new port and the same database.
    pub(crate) async fn start(&mut self) {
        let config = Config::new(self.database(), &[SHOP]).expect("settings");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        self.address.set(listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(backend::serve(listener, config, async {
            // A dropped sender is the end of the test.
            let _ = stopped.await;
        }));
        self.running = Some(Running { stop, served });
    }

    /// Stops the backend and waits until it has.
    pub(crate) async fn stop(&mut self) {
        let Running { stop, served } = self.running.take().expect("it runs");
        stop.send(()).expect("still serving");
        timeout(PATIENCE, served).await.expect("in time").expect("no panic").expect("a clean end");
    }

    /// The database is lost, with everybody and everything in it.
    pub(crate) fn loses_its_database(&self) {
        for end in ["db", "db-wal", "db-shm"] {
            // The latter two are there only after a crash.
            let _ = fs::remove_file(self.database().with_extension(end));
        }
    }

    /// A visitor with the panel open, whose bot can answer.
    pub(crate) async fn visitor(&self) -> Visitor {
        Visitor::on_a_page(self, BTreeMap::new()).await
    }

    /// An agent who is logged in and sees the queue.
    pub(crate) async fn agent(&self, name: &str) -> Agent {
        backend::agents::add(&self.database().into(), name, PASSWORD, backend::agents::Role::Agent)
            .await
            .expect("added");
        let headers = vec![("cookie", self.log_in(name).await)];
        let address = self.address.clone();
        let origin = Box::new(move || format!("http://{}", address.get()));
        let wire = Wire::new(AgentLine::default(), "/v1/agent/line", self.address.clone(), origin, headers);
        let mut agent = Agent { inbox: Inbox::default(), wire };
        agent.does(inbox_state::Event::Shown(true)).await;
        agent.does(inbox_state::Event::Recognised(Some(name.into()))).await;
        agent.until("the queue", |inbox| inbox.queue.is_some()).await;
        agent
    }

    /// Logs in over HTTP: the cookie.
    async fn log_in(&self, name: &str) -> String {
        let address = self.address.get();
        let body = serde_json::json!({ "name": name, "password": PASSWORD }).to_string();
        let request = format!(
            "POST /v1/agent/login HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = TcpStream::connect(address).await.expect("a connection");
        connection.write_all(request.as_bytes()).await.expect("written");
        let mut answer = String::new();
        timeout(PATIENCE, connection.read_to_string(&mut answer)).await.expect("in time").expect("an answer");
        let cookies = answer.lines().filter_map(|line| line.split_once(": "));
        let mut cookies = cookies.filter(|(header, _)| header.eq_ignore_ascii_case("set-cookie"));
        let (_, cookie) = cookies.next().unwrap_or_else(|| panic!("no cookie: {answer}"));
        cookie.split(';').next().unwrap_or_default().to_owned()
    }
}

/// A visitor's widget.
pub(crate) struct Visitor {
    pub(crate) conversation: Conversation,
    wire: Wire<VisitorLine>,
    answering: Rc<Answering>,
    /// What the page's store holds.
    stored: BTreeMap<String, String>,
}

impl Visitor {
    async fn on_a_page(shop: &Shop, stored: BTreeMap<String, String>) -> Visitor {
        let conversation = Conversation::new(Rc::new(Strings::default()), true);
        let address = shop.address.clone();
        let wire = Wire::new(VisitorLine::default(), "/v1/visitor", address, Box::new(|| SHOP.to_owned()), Vec::new());
        let records = stored.clone().into_iter().collect();
        let mut visitor = Visitor { conversation, wire, answering: shop.answering.clone(), stored };
        // Each page here talks for itself, as in browsers without locks.
        visitor.conversation.is_history = true;
        visitor.commands(visitor_line::Command::Loaded(records)).await;
        visitor.conversation.is_history = false;
        visitor.commands(visitor_line::Command::Talk).await;
        if visitor.conversation.floor().is_with_people() {
            visitor.commands(visitor_line::Command::Follow).await;
        }
        visitor.does(Event::Opened(true)).await;
        visitor.does(Event::Learned(true)).await;
        visitor
    }

    pub(crate) async fn says(&mut self, text: &str) {
        self.does(Event::Said(text.into())).await;
    }

    pub(crate) async fn does(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.conversation.update(event, &mut new_id) {
                match effect {
                    Effect::Classify(id, text) => events.push_back(Event::Replied(id, self.answering.reply(&text))),
                    Effect::Quote(id, entry) => events.push_back(Event::Replied(id, self.answering.quote(&entry))),
                    Effect::Line(command) => {
                        let notices = self.wire.on(Input::Command(command)).await;
                        events.extend(self.keep(notices).await.into_iter().map(Event::Line));
                    }
                    // The rest is for the page alone.
                    _ => {}
                }
            }
        }
    }

    /// Asks something of the line.
    async fn commands(&mut self, command: visitor_line::Command) {
        let notices = self.wire.on(Input::Command(command)).await;
        self.are_told(notices).await;
    }

    /// Stores what the line wants stored, and tells it so; the rest is for the page.
    async fn keep(&mut self, notices: Vec<visitor_line::Notice>) -> Vec<visitor_line::Notice> {
        let mut notices = VecDeque::from(notices);
        let mut for_the_page = Vec::new();
        while let Some(notice) = notices.pop_front() {
            let visitor_line::Notice::Store(changes, cid) = notice else {
                for_the_page.push(notice);
                continue;
            };
            for (key, text) in changes {
                if text.is_empty() {
                    self.stored.retain(|other, _| !other.starts_with(&key));
                } else {
                    self.stored.insert(key, text);
                }
            }
            if let Some(cid) = cid {
                notices.extend(self.wire.on(Input::Command(visitor_line::Command::Stored(cid, true))).await);
            }
        }
        for_the_page
    }

    async fn are_told(&mut self, notices: Vec<visitor_line::Notice>) {
        for notice in self.keep(notices).await {
            self.does(Event::Line(notice)).await;
        }
    }

    /// Waits until the conversation is so.
    pub(crate) async fn until(&mut self, what: &str, so: impl Fn(&Conversation) -> bool) {
        let waiting = async {
            while !so(&self.conversation) {
                let notices = self.wire.next().await;
                self.are_told(notices).await;
            }
        };
        let in_time = timeout(PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "the visitor waits for {what} in vain: {:#?}", self.conversation);
    }

    /// The network fails under the widget.
    pub(crate) async fn is_cut_off(&mut self) {
        let notices = self.wire.cut().await;
        self.are_told(notices).await;
    }

    /// The visitor goes to another page of the shop: only what is stored stays.
    pub(crate) async fn reloads(self, shop: &Shop) -> Visitor {
        self.opens_another_page(shop).await
    }

    /// The visitor opens another page beside this one.
    pub(crate) async fn opens_another_page(&self, shop: &Shop) -> Visitor {
        Visitor::on_a_page(shop, self.stored.clone()).await
    }

    /// Every line as its author and its words.
    pub(crate) fn transcript(&self) -> Vec<String> {
        self.conversation.lines.iter().map(|line| self.conversation.spoken(line)).collect()
    }
}

/// An agent's inbox.
pub(crate) struct Agent {
    pub(crate) inbox: Inbox,
    wire: Wire<AgentLine>,
}

impl Agent {
    pub(crate) async fn does(&mut self, event: inbox_state::Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let effects = inbox_state::update(&mut self.inbox, event, 0, &mut new_id);
            for effect in effects {
                if let inbox_state::Effect::Line(command) = effect {
                    let notices = self.wire.on(Input::Command(command)).await;
                    events.extend(notices.into_iter().map(inbox_state::Event::Line));
                }
            }
        }
    }

    /// Waits until the inbox is so.
    pub(crate) async fn until(&mut self, what: &str, so: impl Fn(&Inbox) -> bool) {
        let waiting = async {
            while !so(&self.inbox) {
                let notices: Vec<agent_line::Notice> = self.wire.next().await;
                for notice in notices {
                    self.does(inbox_state::Event::Line(notice)).await;
                }
            }
        };
        let in_time = timeout(PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "the agent waits for {what} in vain: {:#?}", self.inbox);
    }

    /// Waits until somebody rings, and opens their conversation.
    pub(crate) async fn opens_the_first_ring(&mut self) -> String {
        self.until("a ring", |inbox| inbox.queue.as_ref().is_some_and(|queue| !queue.is_empty())).await;
        let conversation = self.inbox.queue.iter().flatten().next().expect("somebody rang").conversation.clone();
        self.does(inbox_state::Event::Opened(conversation.clone())).await;
        conversation
    }

    /// Opens the first ring and takes it.
    pub(crate) async fn claims_the_first_ring(&mut self) -> String {
        let conversation = self.opens_the_first_ring().await;
        self.does(inbox_state::Event::ClaimPressed).await;
        self.until("their claim", |inbox| inbox.is_mine(&conversation)).await;
        conversation
    }

    /// The network fails under the inbox.
    pub(crate) async fn is_cut_off(&mut self) {
        for notice in self.wire.cut().await {
            self.does(inbox_state::Event::Line(notice)).await;
        }
    }

    pub(crate) async fn replies(&mut self, text: &str) {
        self.does(inbox_state::Event::Drafted(text.into())).await;
        self.does(inbox_state::Event::Submitted).await;
    }

    /// The open conversation's lines, each as its author and its text.
    pub(crate) fn transcript(&self) -> Vec<(String, String)> {
        let lines = self.inbox.opened().map(|(conversation, _)| self.inbox.lines(conversation)).unwrap_or_default();
        lines.into_iter().map(|line| (line.author.as_str().to_owned(), line.text)).collect()
    }
}
