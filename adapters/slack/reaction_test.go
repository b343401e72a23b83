package slack

import (
	"encoding/json"
	"testing"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints/chat"
)

// emitted is what the adapter makes of an event as it stands in an envelope.
func emitted(t *testing.T, inner string) (chat.Message, bool) {
	t.Helper()
	ev, err := slackevents.ParseEvent(json.RawMessage(`{"type":"event_callback","event":`+inner+`}`), slackevents.OptionNoVerifyToken())
	if err != nil {
		t.Fatal(err)
	}
	return translated(socketmode.Event{Type: socketmode.EventTypeEventsAPI, Data: ev})
}

func TestAReactionIsShownByCharactersOrByItsName(t *testing.T) {
	for name, want := range map[string]string{"wave": "👋", "+1::skin-tone-4": "👍🏽", "party-gopher": ":party-gopher:"} {
		m, ok := emitted(t, `{"type":"reaction_added","user":"U1","reaction":"`+name+`","item":{"type":"message","channel":"C1","ts":"1.1"},"event_ts":"2.2"}`)
		if got := m.Text.Plain(); !ok || got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestEmojiOfRichTextThatIsNotInTheTableIsShownByItsCodePoints(t *testing.T) {
	for raw, want := range map[string]string{
		`{"type":"emoji","name":"brand-new","unicode":"1fae8"}`:                     "🫨",
		`{"type":"emoji","name":"brand-new","unicode":"1f469-200d-1f4bb"}`:          "👩‍💻",
		`{"type":"emoji","name":"brand-new","unicode":"1f44b-1f3fd","skin_tone":4}`: "👋🏽",
		`{"type":"emoji","name":"party-gopher"}`:                                    ":party-gopher:",
		`{"type":"emoji","name":"odd","unicode":"zz"}`:                              ":odd:",
		`{"type":"emoji","name":"odd","unicode":"202e"}`:                            ":odd:",
		`{"type":"emoji","name":"odd","unicode":"ffffffff"}`:                        ":odd:",
		`{"type":"emoji","name":"odd","unicode":"0a"}`:                              ":odd:",
		`{"type":"emoji","name":"wave","unicode":"1f44b"}`:                          "👋",
		`{"type":"emoji","name":"wave","skin_tone":3,"unicode":"1f44b-1f3fc"}`:      "👋🏼",
	} {
		var e slackapi.RichTextSectionEmojiElement
		if err := json.Unmarshal([]byte(raw), &e); err != nil {
			t.Fatal(err)
		}
		if got := emojiOf(&e); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}
