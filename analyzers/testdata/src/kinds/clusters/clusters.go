// Package clusters is somebody's client: its bodies are not at hand.
package clusters

type Trust struct{ roleARN, externalID string }

type Cluster struct {
	trust   *Trust
	version string
}

func (c *Cluster) GetVersion() (string, bool)

func (t *Trust) GetExternalID() (string, bool)

func (c *Cluster) GetTrust() (*Trust, bool)

func ByID(id string) (*Cluster, error)
