package chat_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

func TestLogsNameAPlaceWithoutAPerson(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, nil))
	log.Info("one", "place", chat.Direct(chat.Handle{Network: "libera", ID: "guest:4f2-1:bob2"}))
	log.Info("two", "place", chat.Place{Network: "libera", Channel: "#sprints"})
	if s := b.String(); strings.Contains(s, "bob2") || !strings.Contains(s, `place="libera in private"`) || !strings.Contains(s, `place="libera #sprints"`) {
		t.Error(s)
	}
}
