package slack

import (
	"hash/fnv"
	"strings"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// creatures stand beside the names of people of other networks where no picture can be shown: animals, because none of
// them is taken for a person or for a word.
func creatures() []string {
	return strings.Fields(`ant bear beaver bee bird blowfish boar bug butterfly camel cat chicken cow crab cricket crocodile
		dog dolphin deer duck eagle elephant fish flamingo fox_face frog giraffe_face goat gorilla hamster hedgehog hippopotamus
		horse kangaroo koala leopard lizard llama lobster mouse octopus otter owl panda_face parrot peacock penguin pig
		rabbit raccoon ram rat rhinoceros rooster scorpion shark sheep shrimp skunk sloth snail snake spider squid swan
		tiger tropical_fish turkey turtle whale wolf zebra_face`)
}

// unconfirmed stands there instead where a name may be taken for somebody's whose it is not known to be.
const unconfirmed = ":grey_question:"

// picture stands beside the name of who is relayed: always the same for one person, whatever they are called. A guest is
// somebody else on each connection, and known by the nick, but never has the picture of an account.
func (n *Network) picture(out chat.Outgoing) slackapi.MsgOption {
	if out.Doubt {
		return slackapi.MsgOptionIconEmoji(unconfirmed)
	}
	who := out.As.ID
	if out.As.Guest() && out.As.Nick != "" {
		who = "guest:" + strings.ToLower(out.As.Nick)
	}
	if n.face != nil {
		if url := n.face(out.As.Network, who); url != "" {
			return slackapi.MsgOptionIconURL(url)
		}
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(out.As.Network + "\x1f" + who)) // never fails
	all := creatures()
	return slackapi.MsgOptionIconEmoji(":" + all[sum.Sum32()%uint32(len(all))] + ":")
}
