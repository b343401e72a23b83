package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ergochat/irc-go/ircfmt"

	"sprintbot/adapters/github/githubdouble"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
)

// buildDayBot builds the program with the clock's door, once for all tests.
var buildDayBot = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sprintbot-day")
	if err != nil {
		return "", err
	}
	dayBotDir = dir
	path := filepath.Join(dir, "sprintbot")
	out, err := exec.Command("go", "build", "-race", "-tags", "daytest", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %v\n%s", err, out)
	}
	return path, nil
})

var dayBotDir string // where it was built, "" if no test needed it

// TestMain lets more tests run at once than there are processors: those that do
// wait for servers, clocks and retries most of their time.
func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		if err := flag.Set("test.parallel", "4"); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if dayBotDir != "" {
		os.RemoveAll(dayBotDir)
	}
	os.Exit(code)
}

// stage is the world a day script plays in: real IRC servers, doubles of
// Slack and GitHub, a wiki, and the built program between them.
type stage struct {
	t        *testing.T
	ctx      context.Context
	dir      string
	servers  map[string]*irctest.Server // by network
	slack    *slackdouble.Double
	github   *githubdouble.Double
	wiki     *httptest.Server
	pages    map[string]string
	watchers map[string]*irctest.Client // by network: reads the channel
	people   map[string]*irctest.Client // by "network nick"
	users    map[string]string          // Slack user ids by nick
	posts    map[string]int             // Slack posts passed, by place
	said     map[string]string          // ts of the newest words of each nick on Slack
	public   string                     // the address listened on where the page has one for everybody
	heard    string                     // the newest words expected in a channel
	sockets  int                        // Slack connections of earlier runs

	bot   *program
	clock net.Conn
}

const (
	dayChannel = "#sprints"
	slackName  = "pycon"
	withAccs   = "libera" // InspIRCd and Atheme
	withoutAcc = "plain"  // ngIRCd
)

func newStage(t *testing.T) *stage {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel)
	s := &stage{
		t: t, ctx: ctx, dir: t.TempDir(),
		servers:  map[string]*irctest.Server{withAccs: irctest.InspIRCd(t), withoutAcc: irctest.NgIRCd(t)},
		slack:    slackdouble.New(t),
		github:   githubdouble.Start(),
		pages:    map[string]string{},
		watchers: map[string]*irctest.Client{}, people: map[string]*irctest.Client{},
		users: map[string]string{}, posts: map[string]int{}, said: map[string]string{},
	}
	s.wiki = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := s.pages[strings.Trim(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, page)
	}))
	t.Cleanup(s.wiki.Close)
	t.Cleanup(s.github.Close)
	s.servers[withAccs].Register("sprintbot", "bots-own-password")
	s.slack.AddChannel(slackdouble.Channel{Name: strings.TrimPrefix(dayChannel, "#")})
	for name, server := range s.servers {
		s.watchers[name] = server.Dial("watcher")
		s.watchers[name].Join(dayChannel)
	}
	s.bot = &program{t: t, dir: s.dir}
	t.Cleanup(s.bot.kill)
	return s
}

// configure writes the configuration of the day.
func (s *stage) configure(event, from, to, zone string, tables, organizers []string) {
	s.t.Helper()
	venue := strings.Join(tables, "\n") + "\n"
	web := `{listen: "127.0.0.1:0"}`
	if s.public != "" {
		web = fmt.Sprintf(`{listen: %q, url: %q}`, s.public, dayPage)
	}
	config := fmt.Sprintf(`
event: {name: %q, timezone: %s, first_day: %s, last_day: %s}
database: %s
venue: {file: %s}
web: %s
relay: {flood: unlimited}
github: {token_env: DAY_GITHUB_TOKEN, api_url: %q}
networks:
  - {name: libera, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#sprints"], sasl: {account: sprintbot, password_env: DAY_IRC_PASSWORD}, pace: unlimited}
  - {name: plain, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#sprints"], pace: unlimited}
  - {name: pycon, kind: slack, app_token_env: DAY_SLACK_APP, bot_token_env: DAY_SLACK_BOT, channels: ["#sprints"], api_url: %q}
bridges:
  - ["libera #sprints", "plain #sprints", "pycon #sprints"]
organizers: [%s]
`, event, zone, from, to, filepath.Join(s.dir, "day.db"), filepath.Join(s.dir, "venue.csv"), web,
		s.github.URL(), s.servers[withAccs].Addr, s.servers[withoutAcc].Addr, s.slack.URL(), strings.Join(organizers, ", "))
	for name, body := range map[string]string{"config.yaml": config, "venue.csv": venue} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(body), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// dayPage is the page's address for everybody.
const dayPage = "https://sprints.example.org"

var (
	pageAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+|` + regexp.QuoteMeta(dayPage))
	pageLink    = regexp.MustCompile(regexp.QuoteMeta(dayPage) + `(/\S+)`)
)

// start runs the program and returns once it is in every channel.
func (s *stage) start(at time.Time) {
	s.t.Helper()
	door := filepath.Join(s.dir, "clock")
	os.Remove(door)
	s.bot.env = []string{
		"SPRINTBOT_CLOCK=" + door, "SPRINTBOT_CLOCK_START=" + at.Format(time.RFC3339), "SPRINTBOT_WIKI_LOOPBACK=1",
		"DAY_GITHUB_TOKEN=github-token-of-the-day", "DAY_IRC_PASSWORD=bots-own-password",
		"DAY_SLACK_APP=" + s.slack.AppToken, "DAY_SLACK_BOT=" + s.slack.BotToken,
	}
	s.bot.start()
	if s.public != "" {
		s.bot.address = "http://" + s.public
	}
	for _, w := range s.watchers {
		w.WaitLine(s.ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == "sprintbot" })
	}
	if err := s.slack.WaitConnected(s.ctx, s.sockets+1); err != nil {
		s.t.Fatal(err)
	}
	s.sockets = s.slack.Connections()
	var err error
	if s.clock, err = net.Dial("unix", door); err != nil {
		s.t.Fatal(err)
	}
}

// set moves the bot's clock.
func (s *stage) set(at time.Time) {
	s.t.Helper()
	fmt.Fprintln(s.clock, at.Format(time.RFC3339))
	answer, err := bufio.NewReader(s.clock).ReadString('\n')
	if err != nil || answer != "ok\n" {
		s.t.Fatalf("clock: %q %v", answer, err)
	}
}

// stop ends the bot as an operator would, and waits for it.
func (s *stage) stop() {
	s.t.Helper()
	s.clock.Close()
	s.bot.stop()
}

// say lets somebody speak.
func (s *stage) say(st step) {
	s.t.Helper()
	text := strings.ReplaceAll(st.text, "{wiki}", s.wiki.URL)
	if st.network == slackName {
		id := s.users[st.who]
		switch st.place {
		case "dm":
			s.slack.DirectMessage(id, text)
		case "/sprint":
			s.slack.Slash(id, dayChannel, "/sprint "+text)
		default:
			s.said[st.who] = s.slack.Say(id, st.place, strings.ReplaceAll(text, `\n`, "\n"))
		}
		return
	}
	c := s.people[st.network+" "+st.who]
	if c == nil {
		s.t.Fatalf("%v: nobody of that name there", st)
	}
	if st.place == "dm" {
		c.Say("sprintbot", text)
	} else {
		c.Say(st.place, text)
	}
}

// expect waits for what the bot says next in a channel, or for somebody's
// private answer.
func (s *stage) expect(st step) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	switch {
	case st.network == slackName && st.place == "dm":
		s.expectPosts(ctx, st, slackdouble.ToUser(s.users[st.who], ""), false)
	case st.network == slackName:
		s.expectPosts(ctx, st, slackdouble.In(st.place, ""), true)
	case st.place == "dm":
		s.people[st.network+" "+st.who].WaitLine(ctx, func(l irctest.Line) bool {
			return l.Command == "PRIVMSG" && l.Nick == "sprintbot" && l.Target() == st.who && fits(st.text, irctest.Shown(ircfmt.Strip(l.Text())))
		})
	default:
		l := s.watchers[st.network].WaitLine(ctx, botSays(st.place))
		got := irctest.Shown(ircfmt.Strip(l.Text()))
		s.heard = got
		if !fits(st.text, got) {
			s.t.Errorf("%v\n  got: %s", st, got)
		}
	}
}

func botSays(place string) func(irctest.Line) bool {
	return func(l irctest.Line) bool {
		return (l.Command == "PRIVMSG" || l.Command == "NOTICE") && l.Nick == "sprintbot" && strings.EqualFold(l.Target(), place)
	}
}

// expectPosts reads Slack posts of one place from where it was read last.
func (s *stage) expectPosts(ctx context.Context, st step, there func(slackdouble.Post) bool, strict bool) {
	s.t.Helper()
	key := st.place + st.who
	for {
		from := s.posts[key]
		if _, err := s.slack.WaitPostAfter(ctx, from, there); err != nil {
			var seen []string
			for _, p := range s.slack.Posts() {
				if there(p) {
					seen = append(seen, p.Plain())
				}
			}
			s.t.Fatalf("%v\n  nothing more came after:\n%s", st, strings.Join(seen, "\n--\n"))
		}
		posts := s.slack.Posts()
		for n := from; n < len(posts); n++ {
			p := posts[n]
			s.posts[key] = n + 1
			if !there(p) {
				continue
			}
			words := p.Plain()
			if p.Username != "" {
				words = p.Username + ": " + words
				nick, _, _ := strings.Cut(p.Username, " ")
				s.said[nick] = p.TS
			}
			switch {
			case p.Method == "chat.update":
				words = "changed: " + words
			case p.Method == "chat.delete":
				words = "removed"
			case p.Thread != "":
				words = "in the thread: " + words
			}
			if fits(st.text, words) {
				return
			}
			for _, line := range strings.Split(words, "\n") {
				if !strict && fits(st.text, line) {
					return
				}
			}
			if strict {
				s.t.Errorf("%v\n  got: %s", st, words)
				return
			}
		}
	}
}

// quiet fails if a channel shows more than the script expected.
func (s *stage) quiet() {
	s.t.Helper()
	for name, w := range s.watchers {
		w.Sync()
		ctx, cancel := context.WithTimeout(s.ctx, 200*time.Millisecond)
		if l, err := w.Await(ctx, botSays(dayChannel)); err == nil {
			s.t.Errorf("%s %s also shows: %s", name, dayChannel, l.Text())
		}
		cancel()
	}
	posts := s.slack.Posts()
	for n := s.posts[dayChannel]; n < len(posts); n++ {
		if slackdouble.In(dayChannel, "")(posts[n]) {
			s.t.Errorf("%s %s also shows: %s", slackName, dayChannel, posts[n].Text)
		}
	}
}

// change edits or takes back somebody's newest words, or replies to somebody's.
func (s *stage) change(st step) {
	s.t.Helper()
	if st.network != slackName {
		s.t.Fatalf("%v: only on Slack", st)
	}
	switch st.verb {
	case "edit":
		s.slack.Edit(st.place, s.said[st.who], strings.ReplaceAll(st.text, `\n`, "\n"))
	case "delete":
		s.slack.Delete(st.place, s.said[st.who])
	case "reply":
		s.slack.SayInThread(s.users[st.who], st.place, s.said[st.of], st.text)
	}
}

// board waits until the page shows words.
func (s *stage) board(st step) { s.shows(st, "/") }

// link waits until the page of the link said last shows words.
func (s *stage) link(st step) {
	s.t.Helper()
	m := pageLink.FindStringSubmatch(s.heard)
	if m == nil {
		s.t.Fatalf("%v: there is no link in %q", st, s.heard)
	}
	s.shows(st, m[1])
}

func (s *stage) shows(st step, path string) {
	s.t.Helper()
	var page string
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		resp, err := http.Get(s.bot.address + path)
		if err == nil {
			b, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			page = strings.Join(strings.Fields(tags.ReplaceAllString(string(b), " ")), " ")
			if fits(st.text, page) {
				tick.Stop()
				return
			}
		}
		if s.ctx.Err() != nil {
			s.t.Fatalf("%v\n  the page: %s %v", st, page, err)
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// testLog gives what the program prints to the test's log.
type testLog struct {
	mu sync.Mutex
	t  *testing.T
}

func (l *testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.Contains(string(p), "DATA RACE") {
		l.t.Logf("bot: %s", strings.TrimSpace(string(p)))
	} else {
		l.t.Errorf("bot: %s", p)
	}
	return len(p), nil
}

// freeAddress is an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
