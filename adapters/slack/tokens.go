package slack

import (
	"fmt"
	"strings"

	slackapi "github.com/slack-go/slack"
)

// Where the two tokens stand on the app's page.
const (
	botTokenAt = `copy it again from the app's page, "Install App", "Bot User OAuth Token": it begins with xoxb-`
	appTokenAt = `copy it again from the app's page, "Basic Information", "App-Level Tokens": it begins with xapp-`
)

// tokenTrouble says which token is none of its kind, and where the right one stands; "" if both may be right. No part of a
// token is in it.
func tokenTrouble(app, bot string) string {
	appIs, botIs := tokenKind(app), tokenKind(bot)
	switch {
	case appIs == kindApp && botIs == kindBot:
		return ""
	case appIs == kindBot && botIs == kindApp:
		return "app_token and bot_token are mixed up: exchange them"
	case botIs != kindBot:
		return fmt.Sprintf("bot_token is %s: %s", botIs, botTokenAt)
	}
	return fmt.Sprintf("app_token is %s: %s", appIs, appTokenAt)
}

// What a token is, by how it begins.
const (
	kindApp = "an app-level token"
	kindBot = "a bot's token"
)

func tokenKind(token string) string {
	for _, k := range []struct{ begins, is string }{
		{"xapp-", kindApp},
		{"xoxb-", kindBot},
		{"xoxp-", "a person's token (User OAuth Token)"},
		{"xoxe.xoxb-", "a token of an app with token rotation, which the bot does not use (the manifest has it off)"},
		{"xoxe", "a token to configure apps with"},
		{"xox", "a token of another kind"},
	} {
		if strings.HasPrefix(token, k.begins) {
			return k.is
		}
	}
	return "no token, perhaps the client secret, the signing secret or the app's id"
}

// opening is an error of opening Socket Mode, which alone needs the app-level token.
type opening struct{ err error }

func (o opening) Error() string { return "apps.connections.open: " + o.err.Error() }
func (o opening) Unwrap() error { return o.err }

// ofToken is advice that names the token that Slack refused, the general one where it was not for that.
func ofToken(said slackapi.SlackErrorResponse, opened bool, advice string) string {
	switch {
	case opened && said.Err == "missing_scope":
		return `app_token lacks the scope connections:write: on the app's page, "Basic Information", "App-Level Tokens", make another with it`
	case !tokenGone(said.Err) && said.Err != "not_allowed_token_type":
		return advice
	case opened:
		return "app_token is wrong or was taken back; " + appTokenAt
	}
	return "bot_token is wrong or was taken back; " + botTokenAt
}
