package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// hopeless are answers to connecting that no waiting mends, with what a person can do.
func hopeless(code string) (advice string, is bool) {
	switch code {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return "the token is wrong or was taken back; copy it again from the app's page", true
	case "not_allowed_token_type":
		return "the tokens are mixed up: app_token starts with xapp-, bot_token with xoxb-", true
	case "missing_scope", "no_permission":
		return `the app lacks a scope; add it on the app's page, "OAuth & Permissions", "Bot Token Scopes", and install the app again`, true
	case "team_access_not_granted", "org_login_required", "ekm_access_denied", "app_not_installed":
		return "the workspace does not let the app in; an administrator has to", true
	}
	return "", false
}

// tokenGone says that a call was refused for its token, and not for what it asked.
func tokenGone(code string) bool {
	switch code {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return true
	}
	return false
}

// fatal returns the reason, for people, when connecting again can't help; else nil.
func fatal(err error) error {
	if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok {
		if advice, is := hopeless(said.Err); is {
			_, opened := errors.AsType[opening](err)
			return fmt.Errorf("%s: %s", scoped(said), ofToken(said, opened, advice))
		}
	}
	if status, ok := errors.AsType[slackapi.StatusCodeError](err); ok && status.Code == http.StatusNotFound {
		return errors.New("the Web API answers 404: look at api_url")
	}
	return nil
}

// codes are what Slack's errors and scopes look like. What does not may hold
// anything, and is told nobody.
var codes = regexp.MustCompile(`^[a-z0-9_.:]{1,80}(, ?[a-z0-9_.:]{1,80})*$`)

// scoped is Slack's error code, with the scope it asks for.
func scoped(e slackapi.SlackErrorResponse) string {
	code := e.Err
	if !codes.MatchString(code) {
		code = "an answer that is no code"
	}
	if codes.MatchString(e.Needed) {
		return code + " (needs " + e.Needed + ")"
	}
	return code
}

// reason is an error in few words: Slack's own code where there is one.
func reason(err error) string {
	if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok {
		return scoped(said)
	}
	if err == nil {
		return "the connection ended"
	}
	return err.Error()
}

// refusal tells what Slack's answer to a post means for the row. Neither the words nor a token is in what it returns.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if limited, ok := errors.AsType[*slackapi.RateLimitedError](err); ok {
		return &chat.RetryAfter{Wait: limited.RetryAfter, TooFast: true}
	}
	if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok {
		switch said.Err {
		case "ratelimited", "rate_limited", "message_limit_exceeded":
			return &chat.RetryAfter{Wait: placeEvery, TooFast: true}
		case "msg_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long",
			"invalid_metadata_format", "metadata_too_large", "too_many_attachments", "invalid_arguments",
			"invalid_metadata_schema", "attachment_payload_limit_exceeded", "too_many_contact_cards",
			"slack_connect_canvas_sharing_blocked", "slack_connect_file_link_sharing_blocked", "slack_connect_lists_sharing_blocked",
			"message_not_found", "cant_update_message", "edit_window_closed", "cant_delete_message", "thread_not_found",
			"block_mismatch", "is_inactive", "compliance_exports_prevent_deletion",
			"user_not_found", "user_disabled", "cannot_dm_bot", "user_not_visible":
			return &chat.ErrRefused{Reason: said.Err}
		case "internal_error", "fatal_error", "service_unavailable", "request_timeout":
			return fmt.Errorf("slack answered %s", said.Err) // it may have arrived
		}
		return &chat.ErrPlace{Reason: scoped(said)}
	}
	if status, ok := errors.AsType[slackapi.StatusCodeError](err); ok {
		return fmt.Errorf("slack answered HTTP %d", status.Code)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return chat.ErrOffline // never left this machine
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: the call was cut short", chat.ErrOffline)
	}
	if at, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("no answer from slack: %w", at.Err)
	}
	return fmt.Errorf("no answer from slack: %w", err)
}

// threadless says that a post was refused for the thread it should go into: that is locked or gone, or may have no replies.
func threadless(err error) bool {
	said, _ := errors.AsType[slackapi.SlackErrorResponse](err)
	switch said.Err {
	case "cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel", "thread_not_found":
		return true
	}
	return false
}

// instant reads a Slack timestamp, "1700000000.000100"; the zero time when it is none.
func instant(ts string) time.Time {
	var sec, micro int64
	if _, err := fmt.Sscanf(ts, "%d.%06d", &sec, &micro); err != nil {
		return time.Time{}
	}
	return time.Unix(sec, micro*1000).UTC()
}
