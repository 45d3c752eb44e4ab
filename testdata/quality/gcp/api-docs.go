// Parent is the resource name of the project, in the form
// `projects/example/locations/global` or `projects/my_project/locations/-`.
type Request struct {
	Parent string `json:"parent"` // projects/{project_id}
}
