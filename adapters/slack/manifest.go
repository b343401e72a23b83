package slack

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// App is what a workspace may choose about the bot's Slack app.
type App struct {
	Name      string // of the app and of its bot; "" is sprintbot
	Command   string // its slash command, with or without the stroke; "" is /sprint
	Reactions bool   // a bridge tells of reactions
	Joins     bool   // a bridge tells who left
}

// needed is one scope or one event, with its use.
type needed struct {
	name string
	use  string // for whoever is asked to grant it
	only func(App) bool
}

func whenReactions(a App) bool { return a.Reactions }
func whenJoins(a App) bool     { return a.Joins }

// scopes are the rights of the bot token. A scope stands here because a method called in this package or an event listed
// below needs it.
func scopes() []needed {
	return []needed{
		{name: "app_mentions:read", use: "hear @sprintbot here B4"},
		{name: "channels:history", use: "read the bridged public channels"},
		{name: "channels:join", use: "join them"},
		{name: "channels:read", use: "find them by name"},
		{name: "chat:write", use: "answer, and carry words"},
		{name: "chat:write.customize", use: "carried words bear their speaker's name"},
		{name: "commands", use: "the slash command"},
		{name: "files:write", use: "show its charts"},
		{name: "groups:history", use: "the same for private channels it was invited to"},
		{name: "groups:read", use: "find these by name"},
		{name: "im:history", use: "hear a private word to the bot"},
		{name: "im:read", use: "find what was said in private while it was away"},
		{name: "im:write", use: "answer in private"},
		{name: "reactions:read", use: "tell of reactions", only: whenReactions},
		{name: "usergroups:read", use: "names of groups that are mentioned"},
		{name: "users:read", use: "names of people who speak or are mentioned"},
	}
}

// events are what Slack tells the bot of by itself, and what for.
func events() []needed {
	return []needed{
		{name: "app_mention", use: "@sprintbot in a channel that is not bridged"},
		{name: "channel_archive", use: "words for it wait"},
		{name: "channel_left", use: "the same when the bot is taken out"},
		{name: "channel_rename", use: "its name in the configuration keeps meaning it"},
		{name: "channel_unarchive", use: "and go on"},
		{name: "group_archive", use: "the same of private channels"},
		{name: "group_left"},
		{name: "group_rename"},
		{name: "group_unarchive"},
		{name: "member_joined_channel", use: "the bot was invited; with joins: on, who came"},
		{name: "member_left_channel", use: "who left", only: whenJoins},
		{name: "message.channels", use: "what is said in public channels"},
		{name: "message.groups", use: "in private channels the bot is in"},
		{name: "message.im", use: "to the bot in private"},
		{name: "reaction_added", use: "reactions", only: whenReactions},
		{name: "tokens_revoked", use: "the workspace waits and says why"},
		{name: "user_change", use: "somebody has another name now"},
	}
}

// of are those that an app needs.
func of(all []needed, a App) []needed {
	var some []needed
	for _, n := range all {
		if n.only == nil || n.only(a) {
			some = append(some, n)
		}
	}
	return some
}

var (
	appName    = regexp.MustCompile(`^[a-z0-9._-]{1,35}$`)
	appCommand = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)
)

// Manifest is the manifest of the bot's app, in YAML, to be pasted where an app is made; docs/slack.md says how. The error
// names what Slack would refuse.
func (a App) Manifest() (string, error) {
	name, command := a.Name, "/"+strings.TrimPrefix(a.Command, "/")
	if name == "" {
		name = "sprintbot"
	}
	if command == "/" {
		command = "/sprint"
	}
	if !appName.MatchString(name) {
		return "", errors.New("the name of a Slack bot has at most 35 small letters, digits, dots, - and _, as sprintbot")
	}
	if !appCommand.MatchString(command) {
		return "", errors.New("a slash command has at most 31 small letters, digits, - and _, as /sprint")
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# The Slack app of sprintbot. Paste this at https://api.slack.com/apps, "Create New
# App", "From a manifest", into the tab YAML. docs/slack.md says what comes after.
# Printed by "sprintbot slack-manifest"; what it asks for is what the program uses.
display_information:
  name: %[1]s
  description: Projects, tables and first issues of the sprints, and a bridge to IRC
  background_color: "#1a1814"
features:
  app_home:
    home_tab_enabled: false
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: %[1]s
    always_online: true
  slash_commands:
    - command: %[2]s
      description: Find a project, a table, a first issue
      usage_hint: help | easy python | here B4
      should_escape: true
oauth_config:
  scopes:
    bot:
`, strconv.Quote(name), command)
	for _, s := range of(scopes(), a) {
		fmt.Fprintf(&b, "      - %s # %s\n", s.name, s.use)
	}
	b.WriteString("settings:\n  event_subscriptions:\n    bot_events:\n")
	for _, e := range of(events(), a) {
		use := ""
		if e.use != "" {
			use = " # " + e.use
		}
		fmt.Fprintf(&b, "      - %s%s\n", e.name, use)
	}
	b.WriteString(`  interactivity: # suggested commands are buttons; with Socket Mode no address is needed
    is_enabled: true
  org_deploy_enabled: false # it is for this workspace alone
  socket_mode_enabled: true # the bot opens the connection: no public address
  token_rotation_enabled: false # the bot's token does not end after twelve hours
`)
	return b.String(), nil
}

// learnScopes notes which scopes the token lacks of those this configuration needs; held is what Slack says it has, with commas
// between. Where it says nothing, nothing is known to be missing.
func (n *Network) learnScopes(held string) {
	has := map[string]bool{}
	for s := range strings.SplitSeq(held, ",") {
		has[strings.TrimSpace(s)] = true
	}
	var lacks []string
	for _, s := range of(scopes(), n.app) {
		if !has[s.name] {
			lacks = append(lacks, s.name+" ("+s.use+")")
		}
	}
	if strings.TrimSpace(held) == "" || lacks == nil {
		n.lacks.Store(nil)
		return
	}
	note := "the app lacks " + strings.Join(lacks, ", ") + ": add it on the app's page under OAuth & Permissions and install the app again"
	if n.lacks.Swap(&note) == nil {
		n.log.Warn("the app lacks scopes", "scopes", len(lacks), "note", note)
	}
}
