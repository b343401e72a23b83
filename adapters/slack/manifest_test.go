package slack

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"go.yaml.in/yaml/v4"

	"sprintbot/adapters/slack/slackdouble"
)

func namesOf(all []needed) []string {
	var some []string
	for _, n := range all {
		some = append(some, n.name)
	}
	return some
}

// theApp makes the double's app the one of the manifest.
func theApp(a App) slackdouble.Option {
	return slackdouble.WithApp(namesOf(of(scopes(), a)), namesOf(of(events(), a)))
}

// readManifest reads a manifest as strictly as its schema.
func readManifest(t *testing.T, a App) (m slackapi.Manifest) {
	t.Helper()
	text, err := a.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheManifestInTheDocsIsTheAdapters(t *testing.T) {
	const path = "../../docs/slack-app.yaml"
	want, err := App{}.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/slack-app.yaml is not what the adapter asks for; run go test ./adapters/slack -run Manifest -update")
	}
}

func TestTheManifestOpensTheBotsDoors(t *testing.T) {
	m := readManifest(t, App{})
	s, f := m.Settings, m.Features
	if !s.SocketModeEnabled || s.Interactivity == nil || !s.Interactivity.IsEnabled || s.Interactivity.RequestUrl != "" ||
		s.EventSubscriptions == nil || s.EventSubscriptions.RequestUrl != "" || s.TokenRotationEnabled {
		t.Errorf("settings %+v", s)
	}
	if len(f.SlashCommands) != 1 || f.SlashCommands[0].Command != "/sprint" || !f.SlashCommands[0].ShouldEscape ||
		!f.AppHome.MessagesTabEnabled || f.AppHome.MessagesTabReadOnlyEnabled || f.BotUser.DisplayName != "sprintbot" {
		t.Errorf("features %+v", f)
	}
	if len(m.OAuthConfig.Scopes.User) != 0 || len(s.EventSubscriptions.UserEvents) != 0 {
		t.Error("the bot asks for rights of a person")
	}
	if n := len(m.Display.Description); n > 140 {
		t.Errorf("the description has %d characters", n)
	}
}

func TestTheManifestTakesAnotherNameAndMoreRightsWhereABridgeNeedsThem(t *testing.T) {
	m := readManifest(t, App{Name: "pycon.bot", Command: "pycon", Reactions: true, Joins: true})
	if m.Display.Name != "pycon.bot" || m.Features.BotUser.DisplayName != "pycon.bot" || m.Features.SlashCommands[0].Command != "/pycon" {
		t.Errorf("%+v", m)
	}
	if !slices.Contains(m.OAuthConfig.Scopes.Bot, "reactions:read") ||
		!slices.Contains(m.Settings.EventSubscriptions.BotEvents, "reaction_added") ||
		!slices.Contains(m.Settings.EventSubscriptions.BotEvents, "member_left_channel") {
		t.Errorf("%+v", m)
	}
	for _, a := range []App{{Name: "Sprint Bot"}, {Name: "x\n"}, {Command: "two words"}, {Command: "/" + strings.Repeat("x", 40)}} {
		if _, err := a.Manifest(); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}

// calls are the methods of the library's client that this package calls, by the method of the Web API.
func calls() map[string]string {
	return map[string]string{
		"AuthTestContext":               "auth.test",
		"CompleteUploadExternalContext": "files.completeUploadExternal",
		"GetUploadURLExternalContext":   "files.getUploadURLExternal",
		"DeleteMessageContext":          "chat.delete",
		"GetConversationHistoryContext": "conversations.history",
		"GetConversationInfoContext":    "conversations.info",
		"GetConversationRepliesContext": "conversations.replies",
		"GetConversationsContext":       "conversations.list",
		"GetUserGroupsContext":          "usergroups.list",
		"GetUserInfoContext":            "users.info",
		"GetUsersPaginated":             "users.list",
		"JoinConversationContext":       "conversations.join",
		"OpenConversationContext":       "conversations.open",
		"PostMessageContext":            "chat.postMessage",
		"UploadToURL":                   "files.getUploadURLExternal", // to the address that this one gave
		"UpdateMessageContext":          "chat.update",
	}
}

// source is every file of this package but its tests.
func source(t *testing.T) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// used are the methods of the Web API that this package calls.
func used(t *testing.T) map[string]bool {
	t.Helper()
	client := reflect.TypeFor[*slackapi.Client]()
	all := map[string]bool{}
	for _, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			what, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			on := ""
			switch x := what.X.(type) {
			case *ast.SelectorExpr:
				on = x.Sel.Name
			case *ast.Ident:
				on = x.Name
			}
			if _, is := client.MethodByName(what.Sel.Name); !is || on != "api" {
				return true
			}
			method := calls()[what.Sel.Name]
			if method == "" {
				t.Errorf("%s is called: say in this test which method of the Web API it is, and in the manifest which scope it needs", what.Sel.Name)
			}
			all[method] = true
			return true
		})
	}
	return all
}

func TestEveryMethodThatIsCalledHasItsScopeInTheManifest(t *testing.T) {
	asked := namesOf(scopes())
	called := used(t)
	if len(called) < 10 {
		t.Fatalf("only %v are called", called)
	}
	for method := range called {
		need, known := slackdouble.Scopes(method)
		if !known {
			t.Errorf("the double knows no %s", method)
		}
		if len(need) > 0 && !slices.ContainsFunc(need, func(s string) bool { return slices.Contains(asked, s) }) {
			t.Errorf("%s needs one of %v", method, need)
		}
	}
	for _, of := range []string{"channels:history", "groups:history", "im:history", "channels:read", "groups:read", "im:read"} {
		if !slices.Contains(asked, of) {
			t.Errorf("a kind of channel can't be read without %s", of)
		}
	}
}

func TestEveryScopeOfTheManifestHasAUse(t *testing.T) {
	uses := map[string]string{ // that no method or event stands for
		"chat:write.customize": "username of chat.postMessage",
		"commands":             "the slash command",
	}
	for method := range used(t) {
		need, _ := slackdouble.Scopes(method)
		for _, s := range need {
			uses[s] = method
		}
	}
	for _, e := range events() {
		need, _ := slackdouble.EventScopes(e.name)
		for _, s := range need {
			uses[s] = e.name
		}
	}
	for _, s := range scopes() {
		if uses[s.name] == "" {
			t.Errorf("nothing needs %s", s.name)
		}
		if s.use == "" {
			t.Errorf("%s tells nobody what it is for", s.name)
		}
	}
}

func TestEveryEventThatIsReadIsInTheManifestWithItsScope(t *testing.T) {
	asked, subscribed := namesOf(scopes()), namesOf(events())
	for _, e := range subscribed {
		need, known := slackdouble.EventScopes(e)
		if !known {
			t.Errorf("the double knows no %s", e)
		}
		for _, s := range need {
			if !slices.Contains(asked, s) {
				t.Errorf("%s needs %s", e, s)
			}
		}
	}
	events := map[string]string{} // by the library's type
	for name, is := range slackevents.EventsAPIInnerEventMapping {
		events[reflect.TypeOf(is).Name()] = string(name)
	}
	read := map[string]bool{}
	for _, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			of, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if from, ok := of.X.(*ast.Ident); !ok || from.Name != "slackevents" {
				return true
			}
			if name := events[of.Sel.Name]; name != "" {
				read[name] = true
				if !slices.ContainsFunc(subscribed, func(s string) bool { return s == name || strings.HasPrefix(s, name+".") }) {
					t.Errorf("%s is read and not subscribed to", name)
				}
			}
			return true
		})
	}
	for _, s := range subscribed {
		if name, _, _ := strings.Cut(s, "."); !read[name] {
			t.Errorf("nothing reads %s", s)
		}
	}
}

func TestAScopeThatOnlyThisConfigurationNeedsIsNamedToo(t *testing.T) {
	for _, c := range []struct {
		app  App
		want string
	}{
		{App{Reactions: true}, "connected as sprintbot; the app lacks reactions:read (tell of reactions): add it on the app's page under OAuth & Permissions and install the app again"},
		{App{}, "connected as sprintbot"},
	} {
		b := newBench(t, slackdouble.WithoutScope("reactions:read"))
		b.n = newNetwork(Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken, Channels: []string{"#sprints"}, APIURL: b.d.URL(), App: c.app}, testLog(t), 30*time.Second)
		b.run()
		if got := b.n.Status().Note; got != c.want {
			t.Errorf("%+v: the status says %q", c.app, got)
		}
	}
}

func TestAScopeThatIsMissingIsNamedFromTheStart(t *testing.T) {
	b := newBench(t, slackdouble.WithoutScope("usergroups:read", "chat:write.customize")).run()
	want := "connected as sprintbot; the app lacks chat:write.customize (carried words bear their speaker's name), usergroups:read (names of " +
		"groups that are mentioned): add it on the app's page under OAuth & Permissions and install the app again"
	if got := b.n.Status().Note; got != want {
		t.Errorf("the status says %q", got)
	}
}
