package slack

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// Why words were refused is kept with their row and shown to organizers: only
// codes get there, whatever stands in Slack's answer.
func TestWhyWordsAreRefusedHoldsNothingButACode(t *testing.T) {
	for _, c := range []struct {
		err  slackapi.SlackErrorResponse
		want string
	}{
		{slackapi.SlackErrorResponse{Err: "msg_too_long", ResponseMetadata: slackapi.ResponseMetadata{Messages: []string{"xyzzy"}}}, "msg_too_long"},
		{slackapi.SlackErrorResponse{Err: "is_archived"}, "is_archived"},
		{slackapi.SlackErrorResponse{Err: "missing_scope", Needed: "chat:write,files:write"}, "missing_scope (needs chat:write,files:write)"},
		{slackapi.SlackErrorResponse{Err: "can't take: xyzzy"}, "an answer that is no code"},
		{slackapi.SlackErrorResponse{Err: "missing_scope", Needed: "xyzzy is secret"}, "missing_scope"},
	} {
		got := refusal(fmt.Errorf("post: %w", c.err))
		var (
			place   *chat.ErrPlace
			refused *chat.ErrRefused
		)
		reason := ""
		if errors.As(got, &place) {
			reason = place.Reason
		} else if errors.As(got, &refused) {
			reason = refused.Reason
		}
		if reason != c.want || strings.Contains(got.Error(), "xyzzy") {
			t.Errorf("%v, want %s", got, c.want)
		}
	}
}
