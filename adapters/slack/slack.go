// Package slack is one Slack workspace as a chat network: it reads Socket Mode, writes through the Web API, and
// translates between Slack's marks and the words of sprints/chat. bot wires it as a relay.Network; tests run it against
// slackdouble. It decides nothing: who may do what, what is relayed where, and when a row is tried again is decided
// elsewhere. No type of the library leaves this package, and no text of a message or secret is ever logged.
package slack

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Published limits and manners of Slack, in one place; what the server says at run time goes before them.
const (
	callTimeout   = 30 * time.Second       // of one Web API call
	pingWithin    = 30 * time.Second       // Slack pings about every 5 s: silence this long is a dead link
	ackWithin     = 2 * time.Second        // Slack waits 3 s
	lookupWithin  = time.Second            // names for one batch of messages; what is late shows its id
	finishWithin  = 5 * time.Second        // a call under way when the bot stops may still end
	settleWithin  = 2 * time.Second        // after a lost answer, for our own message event to come back
	flight        = 8                      // calls under way at once, never two for one place
	batchSize     = 64                     // messages in one hear
	mailboxSize   = 2000                   // events waiting for hear; what does not fit comes again, unacknowledged
	longestRedial = 30 * time.Second       // between two tries to connect
	shortLived    = time.Second            // a connection that ended sooner has not lasted;
	shortMost     = 8                      // after so many in a row the next waits its time
	placeEvery    = time.Second            // chat.postMessage: about one a second a channel, short bursts tolerated
	placeBurst    = 4                      //
	workspaceGap  = 150 * time.Millisecond // chat.postMessage: several hundred a minute a workspace
	workspaceFew  = 20                     //
)

// Config is what a workspace needs. Tokens come resolved: this package reads no environment and no files.
//
// App.Manifest is what the app needs: scopes, events, the slash command, Socket Mode.
type Config struct {
	Name     string    // of the network: "pycon"
	AppToken string    // xapp-…, opens Socket Mode (connections:write)
	BotToken string    // xoxb-…, calls the Web API
	Channels []string  // "#sprints" or an id; public ones are joined at the start
	APIURL   string    // ends in /api/; empty: Slack's own
	Pace     chat.Pace // zero: Slack's published limits
	// Mark is how far a channel has been heard, sprints.ErrNotFound if never. What was said behind it is read after each
	// connection; nil reads nothing.
	Mark func(ctx context.Context, p chat.Place) (sprints.Mark, error)
	// Heard are the keys of this network heard that sort after from and before to, the greatest first, at most so many: by
	// them it is known which threads to ask after a gap, and what was taken back in it. nil knows of none.
	Heard func(ctx context.Context, from, to string, most int) ([]sprints.HeardKey, error)
	// FaceURL is the address of a picture for a person of another network, reachable for Slack. Where it is nil or gives
	// "" an emoji stands beside their name. Who is their handle's ID, or "guest:" and the nick.
	FaceURL func(network, who string) string
	// Picture is the PNG of a picture of the bot's, by its token; sprints.ErrNotFound where it is not kept any more. nil has
	// none: pictures are told in words.
	Picture func(ctx context.Context, token string) ([]byte, error)
	// App is what the bridges ask of the app beyond what every workspace needs; its name and command don't matter here.
	App App
}

// Network is a running or startable connection to one workspace. It is a relay.Network and a relay.Finder.
type Network struct {
	name       string
	api        *slackapi.Client
	http       *http.Client
	socket     *socketmode.Client
	log        *slog.Logger
	pace       chat.Pace
	places     *places
	names      *directory
	own        *receipts
	outbox     *outbox
	gaps       *gaps
	reads      *patience
	mark       func(context.Context, chat.Place) (sprints.Mark, error)
	heard      func(ctx context.Context, from, to string, most int) ([]sprints.HeardKey, error)
	face       func(network, who string) string
	app        App
	uploads    uploads
	picturePNG func(ctx context.Context, token string) ([]byte, error)
	tokens     string                 // what is wrong with the tokens at first sight, for people; "" nothing
	skew       *atomic.Int64          // nanoseconds that Slack's clock is ahead of ours
	lacks      atomic.Pointer[string] // which scopes the app has not, for people; nil: none
	mailbox    *chat.Mailbox[arrival]
	changed    chan struct{}

	mu     sync.Mutex
	status chat.Status
	self   self
	upAt   time.Time // by Slack's clock: first connected in this run

	endSession func(error)
	findWithin time.Duration // findWithin, but for tests
	stallAfter time.Duration // the same
	stalled    time.Time     // the reader's own: since when nothing could be kept, until all that waited meanwhile is
	looks      looks
	passing    passing // of the goroutine that drains
}

// self is who the bot is in its workspace.
type self struct {
	UserID, BotID, Name string
	URL                 string // of the workspace, "https://pycon.slack.com/"
}

// New prepares a network; Run connects it. The log gets the network's name.
func New(cfg Config, log *slog.Logger) *Network {
	return newNetwork(cfg, log, pingWithin)
}

func newNetwork(cfg Config, log *slog.Logger, ping time.Duration) *Network {
	skew := &atomic.Int64{}
	hc := &http.Client{Timeout: callTimeout, Transport: dated{http.DefaultTransport.(*http.Transport).Clone(), skew}}
	opts := []slackapi.Option{
		slackapi.OptionAppLevelToken(cfg.AppToken),
		slackapi.OptionHTTPClient(hc),
		slackapi.OptionLog(silent{}),
	}
	if cfg.APIURL != "" {
		opts = append(opts, slackapi.OptionAPIURL(strings.TrimRight(cfg.APIURL, "/")+"/"))
	}
	api := slackapi.New(cfg.BotToken, opts...)
	log = log.With("network", cfg.Name)
	pace := cfg.Pace
	if pace == (chat.Pace{}) {
		pace = chat.Pace{Burst: workspaceFew, Every: workspaceGap, PlaceBurst: placeBurst, PlaceEvery: placeEvery}
	}
	pace.Window, pace.Flight = 1, flight
	n := &Network{
		name: cfg.Name, tokens: tokenTrouble(cfg.AppToken, cfg.BotToken), api: api, http: hc, log: log, pace: pace,
		socket:     socketmode.New(api, socketmode.OptionPingInterval(ping), socketmode.OptionLog(silent{})),
		places:     newPlaces(cfg.Name, api, cfg.Channels),
		own:        newReceipts(),
		outbox:     newOutbox(),
		mark:       cfg.Mark,
		heard:      cfg.Heard,
		reads:      newPatience(readBurst, readEvery),
		app:        cfg.App,
		picturePNG: cfg.Picture,
		face:       cfg.FaceURL,
		skew:       skew,
		mailbox:    chat.NewMailbox[arrival](mailboxSize),
		changed:    make(chan struct{}, 1),

		endSession: func(error) {},
		findWithin: findWithin,
		stallAfter: stallAfter,
		looks:      looks{all: map[string]look{}},
	}
	served := cfg.Channels
	if cfg.Mark == nil {
		served = nil
	}
	n.gaps = newGaps(cfg.Name, served)
	n.gaps.off = cfg.Mark == nil
	n.places.now = n.slackNow
	n.names = newDirectory(api, n.places, log)
	n.status = chat.Status{Note: "not started"}
	return n
}

// Name is the configured name.
func (n *Network) Name() string { return n.name }

// Pace is how fast Send may be called.
func (n *Network) Pace() chat.Pace { return n.pace }

// Status is how the connection is.
func (n *Network) Status() chat.Status {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.status
}

// Changed ticks when Status changed.
func (n *Network) Changed() <-chan struct{} { return n.changed }

func (n *Network) setStatus(up bool, note string) {
	lacks := up && (n.places.absentNote() != "" || n.lacks.Load() != nil)
	n.mu.Lock()
	if n.status.Up != up || n.status.Since.IsZero() {
		n.status.Since = time.Now()
	}
	n.status.Up, n.status.Lacks, n.status.Note = up, lacks, note
	n.status.Fatal = n.status.Fatal && !up
	n.mu.Unlock()
	select {
	case n.changed <- struct{}{}:
	default:
	}
}

func (n *Network) heardNow() {
	n.mu.Lock()
	n.status.Last = time.Now()
	n.mu.Unlock()
}

func (n *Network) me() self {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.self
}

// dated learns Slack's clock from its answers, and mends those that hold messages.
type dated struct {
	*http.Transport
	skew *atomic.Int64
}

// RoundTrip makes the call.
func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		d.skew.Store(int64(time.Until(at)))
	}
	switch path.Base(r.URL.Path) {
	case "conversations.history", "conversations.replies":
		if err := mendBody(resp); err != nil {
			return nil, err
		}
	}
	return resp, nil
}

// ago is how long ago, by Slack's clock, something was said that comes late.
func (n *Network) ago(at time.Time) time.Duration {
	return max(time.Since(at)+time.Duration(n.skew.Load()), time.Millisecond)
}

// silent swallows the library's own log: it would hold words of messages.
type silent struct{}

func (silent) Output(int, string) error { return nil }
