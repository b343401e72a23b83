package irc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// served starts a network on a scripted server and lets it register and join.
func served(t *testing.T, caps string, isupport ...string) (*bot, *irctest.Peer, *irctest.Script) {
	t.Helper()
	script := irctest.Listen(t)
	n, err := irc.New(config(script.Addr))
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	b := run(t, n)
	peer := script.Accept()
	enter(peer, caps, isupport...)
	b.up()
	return b, peer, script
}

func enter(peer *irctest.Peer, caps string, isupport ...string) {
	nick := peer.Welcome(caps, isupport...)
	peer.Expect(context.Background(), func(l irctest.Line) bool { return l.Command == "JOIN" })
	peer.Send(
		":"+nick+"!bot@127.0.0.1 JOIN #Sprint",
		":scripted 353 "+nick+" = #Sprint :"+nick+" @ada",
		":scripted 366 "+nick+" #Sprint :End",
	)
}

// line matches a line the bot sent.
func saying(part string) func(irctest.Line) bool {
	return func(l irctest.Line) bool { return l.Command == "PRIVMSG" && strings.Contains(l.Raw, part) }
}

func command(name string) func(irctest.Line) bool {
	return func(l irctest.Line) bool { return l.Command == name }
}

// barrier waits for the PING behind a line and returns its token.
func barrier(p *irctest.Peer) string {
	return p.Expect(context.Background(), func(l irctest.Line) bool {
		return l.Command == "PING" && strings.HasPrefix(l.Text(), "sent-")
	}).Text()
}

// launches sends words and returns where their fate will be.
func (b *bot) launches(out chat.Outgoing) chan error {
	fate := make(chan error, 1)
	b.net.Send(b.t.Context(), b.net.Render(out)[0], func(_ chat.Receipt, err error) { fate <- err })
	return fate
}

func TestOddServerLinesHarmNothing(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "account-tag message-tags batch server-time chathistory")
	for _, odd := range []string{
		"", " ", ":", "::", "@", "@a=b", "@a=b ", "@a=b :", ":x", ": ", ":ada!a@h", ":ada!a@h ", "@account=x PING :odd", "AUTHENTICATE", "352",
		":s 352 sprintbot", ":s 353", ":s 353 sprintbot =", ":s 005", ":s 005 sprintbot", ":s 366", "JOIN", ":ada!a@h JOIN", "PART", ":ada!a@h KICK", "KICK #Sprint",
		"NICK", ":ada!a@h NICK", "QUIT", "MODE", ":s MODE #Sprint +o", "CAP", "CAP * ACK", "CAP * LS *", "PRIVMSG", ":ada!a@h PRIVMSG", ":ada!a@h PRIVMSG #Sprint",
		":ada!a@h PRIVMSG #Sprint :", ":ada!a@h PRIVMSG #Sprint :\x01", ":ada!a@h PRIVMSG #Sprint :\x01\x01", ":ada!a@h PRIVMSG #Sprint :\x01ACTION\x01",
		"TOPIC", "BATCH", "BATCH +", "BATCH -", "PONG", "PONG :sent-x-9", "404", ":s 404 sprintbot", ":s 401 sprintbot ada", "ACCOUNT", "CHGHOST", ":ada!a@h CHGHOST",
		"354", ":s 354 sprintbot 417", "433", "900", "903", "\xff\xfe\x00\x01", ":\xff!\xff@\xff PRIVMSG #Sprint :\xff", strings.Repeat("x", 40_000),
		":ada!a@h PRIVMSG #Sprint :" + strings.Repeat("y", 40_000), "@" + strings.Repeat("t=1;", 9000) + " :ada!a@h PRIVMSG #Sprint :z",
		"FAIL", "FAIL CHATHISTORY", ":s FAIL CHATHISTORY X :y", ":s 421 sprintbot CHATHISTORY", ":s 900", ":s 901", ":s 437", ":s 437 sprintbot #x :y",
		"TOPIC #Sprint", ":ada!a@h TOPIC #Sprint :x", "BATCH +a chathistory", "@batch=a :!u@h PRIVMSG #Sprint :x", "@batch=a BATCH +a", "BATCH -a",
		"BATCH +b chathistory #Sprint", "@batch=b;time=2027-05-17T09:00:00Z :!u@h PRIVMSG #Sprint :x", "@batch=b", "@batch=b PRIVMSG", "@batch=b BATCH +c x",
		"@batch=c;time=x :ada!a@h PRIVMSG #Sprint :x", "BATCH -c", "@batch=b BATCH -c", "BATCH -b", "BATCH -b", ":!u@h PRIVMSG #Sprint :x", ":*status!u@h PRIVMSG #Sprint :x",
		":SPRINTBOT-ERROR x", "SPRINTBOT-001 a",
	} {
		peer.Send(odd)
	}
	peer.Send(":ada!a@h PRIVMSG #Sprint :still here")
	b.hears("still here")
	if got := b.launches(relayed("grace", "fine")); got == nil {
		t.Fatal("nothing launched")
	}
	peer.Expect(t.Context(), saying("fine"))
}

func TestCutInMidLineIsNoMessage(t *testing.T) {
	t.Parallel()
	b, peer, script := served(t, "")
	fate := b.launches(relayed("grace", "on its way"))
	peer.Expect(t.Context(), saying("on its way"))
	peer.Write(":ada!a@h PRIVMSG #Sprint :half a li")
	peer.Close()
	if err := <-fate; !errors.Is(err, chat.ErrOffline) {
		t.Fatalf("an unconfirmed line of a dead link: %v", err)
	}
	peer = script.Accept()
	enter(peer, "")
	peer.Send(":ada!a@h PRIVMSG #Sprint :whole")
	b.hears("whole")
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.heard) != 1 {
		t.Fatalf("heard %d messages", len(b.heard))
	}
}

func TestRefusedWordsAreToldFromARefusingPlace(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	fates := map[string]chan error{"one": b.launches(relayed("grace", "one"))}
	first := barrier(peer)
	for _, words := range []string{"bad", "three"} {
		fates[words] = b.launches(relayed("grace", words))
	}
	peer.Expect(t.Context(), saying("three"))
	peer.Send("PONG s :" + first)
	second := barrier(peer)
	peer.Send(":s 404 sprintbot #Sprint :Cannot send", "PONG s :"+second)
	peer.Send("PONG s :" + barrier(peer))
	// The refusal named no line: both come again, one by one, a PING behind each.
	peer.Expect(t.Context(), saying("bad"))
	peer.Send(":s 404 sprintbot #Sprint :Cannot send", "PONG s :"+barrier(peer))
	peer.Expect(t.Context(), saying("three"))
	peer.Send("PONG s :" + barrier(peer))
	var refused *chat.ErrRefused
	if err := <-fates["one"]; err != nil {
		t.Fatal(err)
	}
	if err := <-fates["three"]; err != nil {
		t.Fatal(err)
	}
	if err := <-fates["bad"]; !errors.As(err, &refused) {
		t.Fatalf("the refused words: %v", err)
	}
}

func TestRefusedFormattingGoesAgainPlain(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	loud := relayed("grace", "")
	loud.Reply = chat.Saying(chat.Text{{Text: "loud", Bold: true}, {Text: " words"}})
	fate := b.launches(loud)
	peer.Expect(t.Context(), saying("\x02loud\x02 words"))
	peer.Send(":s 404 sprintbot #Sprint :No colours here", "PONG s :"+barrier(peer))
	peer.Expect(t.Context(), saying("> loud words"))
	peer.Send("PONG s :" + barrier(peer))
	if err := <-fate; err != nil {
		t.Fatal(err)
	}
}

func TestOneBarrierServesManyLines(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	fates := []chan error{b.launches(relayed("grace", "line 0"))}
	first := barrier(peer)
	for i := 1; i < 8; i++ {
		fates = append(fates, b.launches(relayed("grace", fmt.Sprintf("line %d", i))))
	}
	peer.Expect(t.Context(), saying("line 7"))
	peer.Send("PONG s :" + first)
	peer.Send("PONG s :" + barrier(peer))
	for i, fate := range fates {
		if err := <-fate; err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
	}
	pings := 0
	for _, l := range peer.Lines() {
		if l.Command == "PING" && strings.HasPrefix(l.Text(), "sent-") {
			pings++
		}
	}
	if pings != 2 {
		t.Fatalf("%d PINGs for 8 lines", pings)
	}
}

func TestEchoConfirmsAndItsAbsenceIsAsked(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "echo-message message-tags labeled-response batch server-time")
	receipts := make(chan result, 1)
	b.net.Send(t.Context(), b.net.Render(relayed("grace", "hello"))[0], func(r chat.Receipt, err error) { receipts <- result{r, err} })
	sent := peer.Expect(t.Context(), saying("hello"))
	// Two answers to one line come in a batch that bears the label.
	peer.Send(
		"@label="+sent.Tags["label"]+" :s BATCH +1 labeled-response",
		"@batch=1 :s 301 sprintbot #Sprint :away",
		"@batch=1;msgid=m1;time=2027-05-17T09:00:00.000Z :sprintbot!bot@127.0.0.1 PRIVMSG #Sprint :<grace (Slack)> h*llo",
		":s BATCH -1",
	)
	if got := <-receipts; got.err != nil || got.receipt.ID != "m1" || !got.receipt.At.Equal(time.Date(2027, 5, 17, 9, 0, 0, 0, time.UTC)) {
		t.Fatalf("receipt %+v", got)
	}
	fate := b.launches(relayed("grace", "swallowed"))
	peer.Expect(t.Context(), saying("swallowed"))
	peer.Send("PONG s :" + barrier(peer))
	if err := <-fate; err != nil {
		t.Fatal(err)
	}
}

func TestBanStopsTheNetworkAndSaysSo(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"numeric": ":s 465 sprintbot :You are banned from this server",
		"error":   "ERROR :Closing Link: 127.0.0.1 (G-Lined: spam)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := irctest.Listen(t)
			b := start(t, config(script.Addr))
			peer := script.Accept()
			peer.Expect(t.Context(), command("USER"))
			peer.Send(line)
			<-b.ended
			if st := b.net.Status(); b.err == nil || !st.Fatal || !strings.Contains(st.Note, "banned") {
				t.Fatalf("error %v, status %+v", b.err, st)
			}
		})
	}
}

func TestVersionIsAnsweredAtMostOnceASecondAndNothingElse(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	for range 5 {
		peer.Send(":eve!e@h PRIVMSG sprintbot :\x01VERSION\x01", ":eve!e@h PRIVMSG sprintbot :\x01PING 1\x01", ":eve!e@h PRIVMSG sprintbot :\x01FINGER\x01",
			":eve!e@h PRIVMSG sprintbot :\x01ODD\x01", ":eve!e@h NOTICE sprintbot :\x01VERSION x\x01", ":eve!e@h NOTICE sprintbot :hello")
	}
	peer.Send("PING :done")
	peer.Expect(t.Context(), command("PONG"))
	notices := 0
	for _, l := range peer.Lines() {
		if l.Command == "NOTICE" {
			notices++
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if notices != 1 || len(b.heard) != 0 {
		t.Fatalf("%d notices, %d messages", notices, len(b.heard))
	}
}

func TestAccountsAreAskedByWHOXWhereNothingElseTells(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "", "WHOX", "CASEMAPPING=rfc1459")
	peer.Expect(t.Context(), command("WHO"))
	peer.Send(":s 354 sprintbot 417 a h ada Ada[x]", ":ada!a@h PRIVMSG #sprint :hello")
	if from := b.hears("hello").From; from.ID != "account:ada{x}" {
		t.Fatalf("heard from %+v", from)
	}
}

func TestPersonWhoSharesNoChannelIsKnownByUserAndHost(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	peer.Send(":bob!b@home PRIVMSG sprintbot :one", ":bob!b@home PRIVMSG sprintbot :two", ":bob!b@cafe PRIVMSG sprintbot :three")
	one, two, three := b.hears("one").From, b.hears("two").From, b.hears("three").From
	if one.ID != two.ID || two.ID == three.ID || !strings.HasSuffix(one.ID, ":bob") {
		t.Fatalf("%s, %s, %s", one.ID, two.ID, three.ID)
	}
	var refused *chat.ErrRefused
	if err := <-b.launches(answer(chat.Direct(one), "private")); !errors.As(err, &refused) {
		t.Fatalf("words for the first bob: %v", err)
	}
}

func TestServersNoticesBotsAndOldWordsAreNotObeyed(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "batch message-tags")
	peer.Send(
		":scripted NOTICE * :*** Looking up", ":scripted PRIVMSG #Sprint :!quit",
		":s BATCH +9 chathistory #Sprint", "@batch=9 :ada!a@h PRIVMSG #Sprint :old", ":s BATCH -9",
		":ada!a@h PRIVMSG @#Sprint :ops only", ":ada!a@h PRIVMSG #elsewhere :what",
		":helper!a@h NOTICE #Sprint :!forget me",
		"@bot :other!a@h PRIVMSG #Sprint :!lunch 7",
		":ada!a@h PRIVMSG #Sprint :!!!", ":ada!a@h PRIVMSG #Sprint :sprintbotany, yes",
		":ada!a@h PRIVMSG #Sprint :last",
	)
	b.hears("last")
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, m := range b.heard {
		if m.Addressed {
			t.Errorf("%q is obeyed", m.Line())
		}
		got = append(got, fmt.Sprintf("%s %v", m.Line(), m.From.Bot))
	}
	want := "!forget me true|!lunch 7 true|!!! false|sprintbotany, yes false|last false"
	if strings.Join(got, "|") != want {
		t.Fatalf("heard %q", got)
	}
}

func TestSmuggledControlsStayOneLine(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	b.launches(relayed("eve\r\nQUIT :x", "a\r\nQUIT :x\x00\x01ACTION y\x01\x0304red"))
	peer.Send("PONG s :" + barrier(peer))
	for _, l := range peer.Lines() {
		if l.Command == "QUIT" {
			t.Fatal("a line break reached the wire")
		}
		if l.Command == "PRIVMSG" && strings.ContainsAny(l.Text(), "\x00\x01\x03") {
			t.Fatalf("a control reached the wire: %q", l.Raw)
		}
	}
}

func TestHearIsAskedAgainUntilItKeptTheBatch(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	n, err := irc.New(config(script.Addr))
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	ctx, cancel := context.WithCancel(t.Context())
	kept := make(chan string, 10)
	tries := 0
	ended := make(chan error, 1)
	go func() {
		ended <- n.Run(ctx, func(_ context.Context, ms []chat.Message) ([]chat.Heard, error) {
			if tries++; tries < 3 {
				return nil, errors.New("disk full")
			}
			for _, m := range ms {
				if m.Ago < 100*time.Millisecond || m.Ago > time.Minute {
					t.Errorf("%q waited for the disk and is said %v ago", m.Line(), m.Ago)
				}
				kept <- m.Line()
			}
			return make([]chat.Heard, len(ms)), nil
		})
	}()
	peer := script.Accept()
	enter(peer, "")
	peer.Send(":ada!a@h PRIVMSG #Sprint :first", ":ada!a@h PRIVMSG #Sprint :second")
	if a, b := <-kept, <-kept; a != "first" || b != "second" {
		t.Fatalf("kept %q, %q", a, b)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	peer.Expect(t.Context(), command("QUIT"))
}

func TestWhatWasReadIsStoredThoughTheBotStops(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	n, err := irc.New(config(script.Addr))
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	ctx, cancel := context.WithCancel(t.Context())
	begun, goOn := make(chan struct{}, 1), make(chan struct{})
	var kept []string
	ended := make(chan error, 1)
	go func() {
		ended <- n.Run(ctx, func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error) {
			if len(kept) == 0 {
				begun <- struct{}{}
				<-goOn
			}
			for _, m := range ms {
				kept = append(kept, m.Line())
			}
			return make([]chat.Heard, len(ms)), ctx.Err()
		})
	}()
	peer := script.Accept()
	enter(peer, "")
	peer.Send(":ada!a@h PRIVMSG #Sprint :first")
	<-begun
	peer.Send(":ada!a@h PRIVMSG #Sprint :second", "PING :read")
	peer.Expect(t.Context(), command("PONG"))
	cancel()
	peer.Expect(t.Context(), command("QUIT"))
	close(goOn)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if strings.Join(kept, " ") != "first second" {
		t.Fatalf("kept %q", kept)
	}
}
