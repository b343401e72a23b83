package main

import (
	"os"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"
)

// manifest is what docs/slack-app.yaml asks Slack for.
type manifest struct {
	Features struct {
		Commands []struct{ Command string } `yaml:"slash_commands"`
	}
	OAuth struct {
		Scopes struct{ Bot []string }
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool `yaml:"is_enabled"`
		}
		Socket bool `yaml:"socket_mode_enabled"`
	}
}

func readManifest(t *testing.T) (m manifest) {
	t.Helper()
	raw, err := os.ReadFile("../docs/slack-app.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTheSlackAppAsksForWhatTheBotUses holds the manifest to the doors and
// events that the adapter handles, and to no right more than it has a use for.
func TestTheSlackAppAsksForWhatTheBotUses(t *testing.T) {
	m := readManifest(t)
	if !m.Settings.Socket || !m.Settings.Interactivity.Enabled || len(m.Features.Commands) != 1 || m.Features.Commands[0].Command != "/sprint" {
		t.Errorf("%+v", m)
	}
	scopes := []string{
		"app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "chat:write.customize", "commands",
		"groups:history", "groups:read", "im:history", "im:read", "im:write", "usergroups:read", "users:read",
	}
	if got := m.OAuth.Scopes.Bot; !slices.Equal(got, scopes) {
		t.Errorf("scopes %v", got)
	}
	events := []string{
		"app_mention", "channel_archive", "channel_left", "channel_rename", "channel_unarchive", "group_archive", "group_left", "group_rename",
		"group_unarchive", "member_joined_channel", "message.channels", "message.groups", "message.im", "tokens_revoked", "user_change",
	}
	if got := m.Settings.Events.Bot; !slices.Equal(got, events) {
		t.Errorf("events %v", got)
	}
}
