package irc

import (
	"net"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

// lonely is a session with nobody at the other end.
func lonely(t testing.TB, channels ...string) *session {
	t.Helper()
	n, err := New(Config{Name: "libera", Server: "h:1", Nick: "sprintbot", Channels: channels, Account: "bot", Password: "x"})
	if err != nil {
		t.Fatal(err)
	}
	conn, peer := net.Pipe()
	t.Cleanup(func() { _, _ = conn.Close(), peer.Close() })
	return n.newSession(newLink(conn, conn))
}

// feed gives the session a raw line the way a connection does.
func (s *session) feed(raw string) {
	if l, ok := lineOf(raw); ok {
		s.on(l)
	}
}

func FuzzServerLines(f *testing.F) {
	for _, seed := range []string{
		":s 001 sprintbot :hi\n:s 005 sprintbot CASEMAPPING=ascii WHOX BOT=B PREFIX=(ov)@+ :are supported by this server\n:s 376 sprintbot :end",
		":sprintbot!b@h JOIN #x\n:s 353 sprintbot = #x :@ada!a@h +bob sprintbot\n:s 366 sprintbot #x :End",
		":ada!a@h NICK bob\n:bob!a@h QUIT :bye\n:ada!a@h PART #x,#y\n:s KICK #x sprintbot",
		"@account=ada;msgid=1;label=2;batch=3 :ada!a@h PRIVMSG #x :\x01ACTION waves\x01",
		"CAP * LS * :sasl=PLAIN echo-message\nCAP * LS :batch\nCAP * ACK :sasl\nAUTHENTICATE +\n:s 900 a b c :d\n:s 903 a :ok",
		":s 404 sprintbot #x :no\n:s 401 sprintbot ada :no\nPONG s :sent-1-2\nPING :x\nERROR :Closing Link",
		":s BATCH +1 chathistory #x\n@batch=1 :ada!a@h PRIVMSG #x :old\n:s BATCH -1",
		"CAP * NEW :chathistory batch server-time labeled-response\nCAP * ACK :chathistory\nCAP * ACK :batch\nCAP * ACK :server-time\n" +
			"@time=2027-05-17T09:00:00.000Z :sprintbot!b@h JOIN #x\n:s 366 sprintbot #x :End\n@time=2027-05-17T09:00:01.000Z :ada!a@h PRIVMSG #x :live\n" +
			":s BATCH +1 chathistory #x\n@batch=1;time=2027-05-17T08:00:00.000Z :ada!a@h PRIVMSG #x :old\n@batch=1 BATCH +2 x\n@batch=2;time=1 :!a@h NOTICE #x :y\n:s BATCH -1\n:s FAIL CHATHISTORY",
		":s 354 sprintbot 417 u h n a\n:s 352 sprintbot #x u h s n H :0 real\n:ada!a@h ACCOUNT *\n:ada!a@h CHGHOST u2 h2\n:s 433 * sprintbot :in use",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		s := lonely(t, "#x", "#Y[]")
		s.loggedIn = true
		s.n.marks["#x"] = mark{id: "m", at: time.Unix(1, 0)}
		for _, raw := range strings.Split(":s 001 sprintbot :hi\n:s 376 sprintbot :end\n:sprintbot!b@h JOIN #x\n:s 366 sprintbot #x :End\n"+lines, "\n") {
			s.feed(raw)
			s.n.Send(t.Context(), chat.Part{Out: chat.Outgoing{To: chat.Place{Channel: "#x"}}, Body: "PRIVMSG :hi"}, func(chat.Receipt, error) {})
		}
		s.locked(func() {
			s.post(chat.Part{Out: chat.Outgoing{To: chat.Place{Channel: "#x"}}, Body: "PRIVMSG :hi"}, func(chat.Receipt, error) {})
		})
		s.tick(time.Now().Add(time.Second))
		fates, posted := 0, 0
		s.locked(func() {
			for range 3 {
				posted++
				s.post(chat.Part{Out: chat.Outgoing{To: chat.Place{Channel: "#x"}}, Body: "PRIVMSG :hi"}, func(chat.Receipt, error) { fates++ })
			}
		})
		for _, raw := range strings.Split(lines, "\n") {
			s.feed(raw)
		}
		s.locked(s.end)
		if fates != posted {
			t.Fatalf("%d lines, %d fates", posted, fates)
		}
	})
}

func FuzzWordsFromStrangers(f *testing.F) {
	f.Add("\x02bold\x0f \x0304,01red\x03 \x1f\x16 plain \x11code", "sprintbot: !here 7")
	f.Add("caf\xe9 \xff\xfe", "!\x00")
	f.Fuzz(func(t *testing.T, raw, said string) {
		text := decode(raw)
		if plain := text.Plain(); !utf8.ValidString(plain) || strings.ContainsAny(plain, "\r\n\x00\x01\x02\x03\x0f") {
			t.Fatalf("not clean: %q", plain)
		}
		for _, piece := range wrap(text, 60) {
			if len(piece) > 60 {
				t.Fatalf("%d bytes", len(piece))
			}
		}
		s := lonely(t, "#x")
		whole := decode(said)
		for _, private := range []bool{true, false} {
			door, rest, _ := s.door(whole, private)
			if door+rest.Plain() != whole.Plain() {
				t.Fatalf("%q and %q were %q", door, rest.Plain(), whole.Plain())
			}
		}
	})
}
