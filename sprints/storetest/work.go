package storetest

import (
	"slices"
	"testing"
	"time"

	"sprintbot/sprints"
)

func testProject(t *testing.T, b *bench) {
	full := sprints.Project{
		Slug: "copperkettle", Name: "Copper Kettle", Summary: "Boils", Langs: "Python, C", Level: "some Git",
		FirstTimers: true, SetupMinutes: 15, Days: "mon-wed", Contact: "ada", State: sprints.Full, Sample: true,
		At: b.clock.Now().Add(-time.Hour), Announced: b.clock.Now(),
	}
	b.write(func(tx sprints.Tx) {
		full.ID = ok(tx.AddProject(full))
		equal(b, "project", ok(tx.Project(full.ID)), full)
		equal(b, "project by slug", ok(tx.ProjectBySlug("copperkettle")), full)
		_, err := tx.AddProject(full)
		b.is("a slug again", err, sprints.ErrTaken)
		bee := b.project(tx, "bee")
		changed := full
		changed.Name, changed.State, changed.Announced = "Kettle", sprints.Paused, time.Time{}
		done(tx.SaveProject(changed))
		equal(b, "changed project", ok(tx.Project(full.ID)), changed)
		changed.Slug = "bee"
		b.is("saving another's slug", tx.SaveProject(changed), sprints.ErrTaken)
		b.is("saving what is not there", tx.SaveProject(sprints.Project{ID: 99, Slug: "x", State: sprints.Listed}), sprints.ErrNotFound)
		all := ok(tx.Projects())
		equal(b, "first by name", all[0].ID, bee)
		equal(b, "projects", len(all), 2)
		ada, bob := b.meet(tx, "account:ada", "ada"), b.meet(tx, "account:bob", "bob")
		done(tx.AddLead(bee, bob))
		done(tx.AddLead(bee, ada))
		done(tx.AddLead(bee, bob))
		leads := ok(tx.Leads(bee))
		equal(b, "leads", len(leads), 2)
		equal(b, "first lead", leads[0].ID, bob)
		equal(b, "led by ada", ok(tx.LedBy(ada))[0].ID, bee)
		b.is("a lead of nothing", tx.AddLead(99, ada), sprints.ErrNotFound)
		_, err = tx.ProjectBySlug("nothing")
		b.is("no such slug", err, sprints.ErrNotFound)
	})
}

func testPage(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		p, ada := b.project(tx, "p"), b.meet(tx, "account:ada", "ada")
		sample := ok(tx.AddProject(sprints.Project{Slug: "s", State: sprints.Listed, Sample: true}))
		_, err := tx.PageOf(p)
		b.is("a page of a project without", err, sprints.ErrNotFound)
		ok(tx.AddPage(sprints.Page{Project: p, URL: "https://example.org/old"}))
		page := sprints.Page{
			Project: p, URL: "https://example.org/new", By: ada, Title: "T", Summary: "S", Status: 200, Problem: "P",
			ETag: `"x"`, CheckedAt: now, NextCheck: now.Add(time.Hour), Told: "P",
		}
		page.ID = ok(tx.AddPage(page))
		equal(b, "page", ok(tx.PageOf(p)), page)
		ok(tx.AddPage(sprints.Page{Project: sample, URL: "https://example.org/sample"}))
		loose := ok(tx.AddPage(sprints.Page{URL: "https://example.org/a"}))
		ok(tx.AddPage(sprints.Page{URL: "https://example.org/b", NextCheck: now}))
		ids := func(pages []sprints.Page) (urls string) {
			for _, p := range pages {
				urls += p.URL[len("https://example.org/"):] + " "
			}
			return urls
		}
		equal(b, "due", ids(ok(tx.DuePages(now, 10))), "a b ")
		equal(b, "due later", ids(ok(tx.DuePages(now.Add(time.Hour), 10))), "a b new ")
		equal(b, "the first due", ids(ok(tx.DuePages(now.Add(time.Hour), 1))), "a ")
		page.Problem, page.NextCheck = "", now
		done(tx.SavePage(page))
		equal(b, "saved page", ok(tx.PageOf(p)), page)
		b.is("a second page of a project", tx.SavePage(sprints.Page{ID: loose, Project: p, URL: "x"}), sprints.ErrTaken)
		done(tx.DropPage(loose))
		b.is("dropping what is not there", tx.DropPage(loose), sprints.ErrNotFound)
		equal(b, "due afterwards", ids(ok(tx.DuePages(now, 10))), "new b ")
	})
}

func testRepo(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		p := b.project(tx, "p")
		r := sprints.Repo{
			Project: p, Owner: "Octo", Name: "Cat", Labels: []string{"easy", `a "b"`}, Archived: true, Known: []string{"good first issue"},
			SyncedAt: now, NextSync: now.Add(time.Minute), Problem: "away",
		}
		r.ID = ok(tx.AddRepo(r))
		got := ok(tx.RepoByName("oCTO", "cAT"))
		equal(b, "full name", got.FullName(), "Octo/Cat")
		equal(b, "labels", slices.Equal(got.Labels, r.Labels) && slices.Equal(got.Known, r.Known), true)
		equal(b, "times", got.SyncedAt.Equal(r.SyncedAt) && got.NextSync.Equal(r.NextSync), true)
		_, err := tx.AddRepo(sprints.Repo{Project: p, Owner: "octo", Name: "cat"})
		b.is("a repository again", err, sprints.ErrTaken)
		_, err = tx.AddRepo(sprints.Repo{Project: 99, Owner: "x", Name: "y"})
		b.is("a repository of nothing", err, sprints.ErrNotFound)
		fresh := ok(tx.AddRepo(sprints.Repo{Project: p, Owner: "a", Name: "b"}))
		ok(tx.AddRepo(sprints.Repo{Project: p, Owner: "s", Name: "s", Sample: true}))
		due := ok(tx.DueRepos(now, 10))
		equal(b, "due", len(due), 1)
		equal(b, "due is the new one", due[0].ID, fresh)
		equal(b, "due later", len(ok(tx.DueRepos(now.Add(time.Minute), 10))), 2)
		equal(b, "due and asked for one", len(ok(tx.DueRepos(now.Add(time.Minute), 1))), 1)
		r.Name, r.Archived, r.Labels, r.Problem = "Dog", false, nil, ""
		done(tx.SaveRepo(r))
		equal(b, "renamed", ok(tx.Repo(r.ID)).FullName(), "Octo/Dog")
		equal(b, "no labels", len(ok(tx.Repo(r.ID)).Labels), 0)
		r.Owner, r.Name = "A", "B"
		b.is("renamed to another's name", tx.SaveRepo(r), sprints.ErrTaken)
		equal(b, "of the project", len(ok(tx.ReposOf(p))), 3)
		equal(b, "all", len(ok(tx.Repos())), 3)
		equal(b, "no ETag", ok(tx.ETag(fresh, "u")), "")
		done(tx.SetETag(fresh, "u", "1"))
		done(tx.SetETag(fresh, "u", "2"))
		done(tx.SetETag(fresh, "v", "3"))
		equal(b, "ETag", ok(tx.ETag(fresh, "u")), "2")
		equal(b, "another repository's ETag", ok(tx.ETag(r.ID, "u")), "")
		done(tx.SetETag(fresh, "u", ""))
		equal(b, "ETag forgotten", ok(tx.ETag(fresh, "u")), "")
	})
}

func testIssue(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		repo := ok(tx.AddRepo(sprints.Repo{Project: b.project(tx, "p"), Owner: "o", Name: "n"}))
		i := sprints.Issue{
			Repo: repo, Number: 12, Title: "T", URL: "U", Labels: []string{"x"}, Tier: 2, Minutes: 30, Assigned: true, LinkedPR: true,
			Comments: 3, Open: true, CreatedAt: now.Add(-48 * time.Hour), UpdatedAt: now.Add(-time.Hour), SeenAt: now,
		}
		same := func(what string, got sprints.Issue) {
			want := i
			equal(b, what+": labels", slices.Equal(got.Labels, want.Labels), true)
			equal(b, what+": times", got.CreatedAt.Equal(want.CreatedAt) && got.UpdatedAt.Equal(want.UpdatedAt) && got.SeenAt.Equal(want.SeenAt), true)
			equal(b, what+": words", got.Title+got.URL, want.Title+want.URL)
			equal(b, what+": numbers", [5]int{got.Number, got.Tier, got.Minutes, got.Comments, int(got.Repo)}, [5]int{want.Number, want.Tier, want.Minutes, want.Comments, int(want.Repo)})
			equal(b, what+": marks", [3]bool{got.Assigned, got.LinkedPR, got.Open}, [3]bool{want.Assigned, want.LinkedPR, want.Open})
		}
		i.ID = ok(tx.SaveIssue(i))
		same("kept", ok(tx.Issue(i.ID)))
		i.Title, i.Assigned, i.Tier, i.SeenAt = "T2", false, 1, now.Add(time.Minute)
		equal(b, "the same issue's number", ok(tx.SaveIssue(i)), i.ID)
		same("replaced", ok(tx.IssueByNumber(repo, 12)))
		old := b.issue(tx, repo, 3)
		equal(b, "open issues, by number", ok(tx.IssuesOf(repo))[0].ID, old)
		equal(b, "closed unseen", ok(tx.CloseUnseen(repo, now.Add(time.Minute))), 1)
		equal(b, "unseen is closed", ok(tx.Issue(old)).Open, false)
		equal(b, "seen is open", ok(tx.Issue(i.ID)).Open, true)
		equal(b, "closed unseen again", ok(tx.CloseUnseen(repo, now.Add(time.Minute))), 0)
		equal(b, "open issues", len(ok(tx.IssuesOf(repo))), 1)
		_, err := tx.IssueByNumber(repo, 99)
		b.is("no such issue", err, sprints.ErrNotFound)
	})
}

func testEasyIssues(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		done(tx.SetEvent(sprints.Event{Name: "E", Zone: time.UTC, First: today, Last: today}))
		p, other := b.project(tx, "p"), b.project(tx, "other")
		paused := ok(tx.AddProject(sprints.Project{Slug: "paused", State: sprints.Paused}))
		add := func(project sprints.ProjectID, name string, archived bool) sprints.RepoID {
			return ok(tx.AddRepo(sprints.Repo{Project: project, Owner: "o", Name: name, Archived: archived}))
		}
		repo := add(p, "p", false)
		save := func(repo sprints.RepoID, n int, change func(*sprints.Issue)) sprints.IssueID {
			i := sprints.Issue{Repo: repo, Number: n, Title: "x", Tier: 1, Open: true, SeenAt: now}
			if change != nil {
				change(&i)
			}
			return ok(tx.SaveIssue(i))
		}
		free := save(repo, 1, nil)
		save(repo, 2, func(i *sprints.Issue) { i.Open = false })
		save(repo, 3, func(i *sprints.Issue) { i.Tier = 0 })
		save(repo, 4, func(i *sprints.Issue) { i.Assigned = true })
		save(repo, 5, func(i *sprints.Issue) { i.LinkedPR = true })
		held := save(repo, 6, nil)
		save(add(p, "archived", true), 7, nil)
		save(add(paused, "paused", false), 8, nil)
		elsewhere := save(add(other, "other", false), 9, nil)
		ada := b.meet(tx, "account:ada", "ada")
		ok(tx.AddClaim(sprints.Claim{Issue: held, Person: ada, State: sprints.Held, HeldAt: now, Until: now.Add(time.Hour)}))
		ran := sprints.Claim{Issue: free, Person: ada, State: sprints.Held, HeldAt: now, Until: now}
		ran.ID = ok(tx.AddClaim(ran))
		ran.State, ran.EndAt = sprints.Expired, now
		done(tx.SaveClaim(ran))

		all := ok(tx.EasyIssues(0))
		equal(b, "free issues", len(all), 2)
		mine := ok(tx.EasyIssues(p))
		equal(b, "free issues of p", len(mine), 1)
		equal(b, "the free issue", mine[0].ID, free)
		equal(b, "expired claims", mine[0].Expired, 1)
		equal(b, "repository", mine[0].Repo.FullName(), "o/p")
		equal(b, "project", mine[0].Project.Slug, "p")
		equal(b, "lead here", mine[0].LeadHere, false)
		counts := ok(tx.EasyCount())
		equal(b, "count of p", counts[p], 1)
		equal(b, "count of other", counts[other], 1)
		equal(b, "projects counted", len(counts), 2)

		b.table(tx, "B4")
		done(tx.UseTable("B4", p, 0))
		done(tx.AddLead(p, ada))
		ok(tx.AddSeat(sprints.Seat{Person: ada, Project: other, Day: today, In: now}))
		mine = ok(tx.EasyIssues(p))
		equal(b, "lead here after sitting down", mine[0].LeadHere, true)
		equal(b, "table", mine[0].Tables[0].Code, "B4")
		equal(b, "no lead of other here", ok(tx.EasyIssues(other))[0].LeadHere, false)
		equal(b, "the other free issue", ok(tx.EasyIssues(other))[0].ID, elsewhere)
	})
}

func testClaim(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		ada, bob := b.meet(tx, "account:ada", "ada"), b.meet(tx, "account:bob", "bob")
		repo := ok(tx.AddRepo(sprints.Repo{Project: b.project(tx, "p"), Owner: "o", Name: "n"}))
		issue, other := b.issue(tx, repo, 1), b.issue(tx, repo, 2)
		_, err := tx.LiveClaim(issue)
		b.is("a free issue", err, sprints.ErrNotFound)
		c := sprints.Claim{Issue: issue, Person: ada, State: sprints.Held, HeldAt: now, Until: now.Add(sprints.ClaimTime)}
		c.ID = ok(tx.AddClaim(c))
		equal(b, "live claim", ok(tx.LiveClaim(issue)), c)
		_, err = tx.AddClaim(sprints.Claim{Issue: issue, Person: bob, State: sprints.Held, HeldAt: now})
		b.is("a second claim", err, sprints.ErrTaken)
		_, err = tx.AddClaim(sprints.Claim{Issue: 99, Person: bob, State: sprints.Held, HeldAt: now})
		b.is("a claim on nothing", err, sprints.ErrNotFound)
		newer := sprints.Claim{Issue: other, Person: ada, State: sprints.Held, HeldAt: now.Add(time.Minute), Until: now.Add(time.Hour)}
		newer.ID = ok(tx.AddClaim(newer))
		equal(b, "newest first", ok(tx.ClaimsOf(ada))[0].ID, newer.ID)
		equal(b, "none overdue", len(ok(tx.OverdueClaims(now.Add(time.Hour-time.Millisecond)))), 0)
		equal(b, "overdue", ok(tx.OverdueClaims(now.Add(time.Hour)))[0].ID, newer.ID)
		c.State, c.EndAt, c.PR = sprints.Done, now, "https://github.com/o/n/pull/3"
		done(tx.SaveClaim(c))
		_, err = tx.LiveClaim(issue)
		b.is("after done", err, sprints.ErrNotFound)
		equal(b, "solved with a pull request", slices.Equal(ok(tx.Solved(repo)), []sprints.IssueID{issue}), true)
		ok(tx.AddClaim(sprints.Claim{Issue: issue, Person: bob, State: sprints.Held, HeldAt: now, Until: now}))
		c.State, c.EndAt = sprints.Held, time.Time{}
		b.is("held again though another has it", tx.SaveClaim(c), sprints.ErrTaken)
		b.is("saving what is not there", tx.SaveClaim(sprints.Claim{ID: 99, State: sprints.Done}), sprints.ErrNotFound)
		equal(b, "live claims of ada", len(ok(tx.ClaimsOf(ada))), 1)
	})
}
