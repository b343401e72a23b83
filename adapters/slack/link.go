package slack

import "strings"

// Link is the address of a message in the workspace, by its id and the thread it stands in, as chat.getPermalink gives it,
// which would have to be asked while much else is waiting; "" for what is no message's id, or before the first connection.
func (n *Network) Link(id, thread string) string {
	of := strings.SplitN(id, ":", 3)
	workspace := n.me().URL
	if len(of) < 2 || instant(of[1]).IsZero() || !strings.HasPrefix(workspace, "https://") {
		return ""
	}
	channel, ts := of[0], of[1]
	link := strings.TrimSuffix(workspace, "/") + "/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
	if root := stampOf(thread); root != "" && root != ts {
		link += "?thread_ts=" + root + "&cid=" + channel
	}
	return link
}
