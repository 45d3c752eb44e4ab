package ocrtest

import (
	"fmt"
	"strings"
)

// Page is a web page that looks like something people take pictures of.
// Placeholders as in [Values.Expand] stand for the values.
type Page struct{ Name, HTML string }

// Pages returns pages in the styles that account IDs are shown in. They are
// 1,280 pixels wide and 800 high. A font that is not installed is replaced by
// what the browser finds.
func Pages() []Page {
	return []Page{
		{"role", console(light, "Open Sans", 14, role)},
		{"role, dark", console(dark, "Roboto", 14, role)},
		{"role, small", console(light, "Arial", 12, role)},
		{"role, large, dark", console(dark, "Open Sans", 16, role)},
		{"outputs", console(light, "Roboto", 13, outputs)},
		{"outputs, dark", console(dark, "Open Sans", 14, outputs)},
		{"outputs, small", console(light, "Noto Sans", 12, outputs)},
		{"outputs, smallest, dark", console(dark, "Liberation Sans", 11, outputs)},
		{"organization", console(light, "Liberation Sans", 14, organization)},
		{"organization, dark", console(dark, "Noto Sans", 13, organization)},
		{"organization, small", console(light, "Inter", 12, organization)},
		{"security groups", console(light, "DejaVu Sans", 13, groups)},
		{"security groups, dark", console(dark, "Lato", 14, groups)},
		{"switcher", console(light, "Open Sans", 13, switcher)},
		{"switcher, dark", console(dark, "Roboto", 12, switcher)},
		{"dense", dense("Arial", 11, light)},
		{"dense, dark", dense("Roboto", 12, dark)},
		{"dense, serif", dense("Liberation Serif", 13, light)},
		{"dense, monospace", dense("Noto Sans Mono", 11, light)},
		{"badges", badges("Open Sans", 12)},
		{"badges, large", badges("Roboto", 15)},
		{"greys", greys("Roboto", 13)},
		{"greys, small", greys("Open Sans", 11)},
		{"terminal", terminal("#000", "#e6e6e6", "DejaVu Sans Mono", "13px")},
		{"terminal, blue", terminal("#002b36", "#93a1a1", "Noto Sans Mono", "14px")},
		{"terminal, light", terminal("#fdf6e3", "#586e75", "Liberation Mono", "12px")},
		{"terminal, violet", terminal("#300a24", "#ffffff", "JetBrains Mono", "15px")},
		{"terminal, green", terminal("#101010", "#33ff66", "Inconsolata", "16px")},
		{"terminal, small", terminal("#1e1e2e", "#cdd6f4", "Hack", "11px")},
		{"terminal, white", terminal("#ffffff", "#222222", "Fira Code", "13px")},
		{"slide", slide("Liberation Sans")},
		{"slide, Lato", slide("Lato")},
		{"editor", editor("DejaVu Sans Mono")},
		{"editor, JetBrains", editor("JetBrains Mono")},
	}
}

const (
	light = `body{background:#f2f3f3;color:#16191f}.panel{background:#fff;border:1px solid #d5dbdb}th{background:#fafafa;color:#545b64}td,th{border-bottom:1px solid #eaeded}a{color:#0073bb}.label{color:#545b64}.code{background:#fafafa}`
	dark  = `body{background:#0f1b2a;color:#d1d5db}.panel{background:#161d26;border:1px solid #414d5c}th{background:#192534;color:#9ba7b6}td,th{border-bottom:1px solid #354150}a{color:#539fe5}.label{color:#8d99a8}.code{background:#0f141a}`
)

// console is the frame of the web console around a body.
func console(theme, font string, size int, body string) string {
	return `<!doctype html><meta charset=utf-8><style>*{box-sizing:border-box}body{margin:0;width:1280px;height:800px;overflow:hidden;font:` + fmt.Sprintf(`%dpx/%dpx "%s"`, size, size+6, font) + `,sans-serif}
.nav{background:#232f3e;color:#fff;height:40px;line-height:40px;padding:0 16px;display:flex;justify-content:space-between;font-size:14px}.menu{position:absolute;right:12px;top:42px;width:330px;background:#fff;color:#16191f;border:1px solid #aab7b8;padding:10px;box-shadow:0 1px 4px #0005;font-size:14px;z-index:2}
.menu b{display:block;color:#687078;font-weight:400;font-size:12px}.main{padding:14px 24px}h1{font-size:24px;margin:8px 0}h2{font-size:18px;margin:4px 0 8px}.panel{padding:14px;margin-bottom:12px}.grid{display:grid;grid-template-columns:1fr 1fr 1fr;gap:10px}.label{font-size:12px;display:block}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:5px 10px;font-size:inherit}.code{font:12px/17px Monaco,Menlo,Consolas,"Courier New",monospace;padding:8px;white-space:pre}.crumb{font-size:12px}.no{color:#879596;border-right:1px solid #ccc;padding-right:6px;margin-right:8px}.s{color:#1d8102}.k{color:#2074d5}
` + theme + `</style><body><div class=nav><span>&#9776; &nbsp; Services &nbsp; <span style="background:#fff;color:#687078;padding:4px 160px 4px 10px;border-radius:3px">Search for services, features, blogs, docs, and more</span></span><span>Global &#9662; &nbsp; Admin/anna @ {dashed} &#9662;</span></div><div class=main>` + body + `</div>`
}

const role = `<div class=crumb><a>IAM</a> &rsaquo; <a>Roles</a> &rsaquo; deployment-role</div><h1>deployment-role</h1>
<div class=menu><b>Account ID</b>{dashed} &#10697;<b>IAM user</b>anna<hr><a>Account</a><br><a>Organization</a><br><a>Billing Dashboard</a><br><a>Switch role</a> &nbsp; prod @ {account}</div>
<div class=panel><h2>Summary</h2><div class=grid><div><span class=label>Creation date</span>March 14, 2023, 09:12 (UTC+01:00)</div><div><span class=label>ARN</span>&#10697; arn:aws:iam::{account}:role/deployment-role</div><div></div>
<div><span class=label>Last activity</span>12 minutes ago</div><div><span class=label>Maximum session duration</span>1 hour</div><div><span class=label>Link to switch roles in console</span><a>https://signin.aws.amazon.com/switchrole?account={account}</a></div></div></div>
<div class=panel><h2>Trusted entities</h2><div class=code><span class=no> 1</span>{
<span class=no> 2</span>    <span class=k>"Version"</span>: <span class=s>"2012-10-17"</span>,
<span class=no> 3</span>    <span class=k>"Statement"</span>: [{
<span class=no> 4</span>        <span class=k>"Effect"</span>: <span class=s>"Allow"</span>,
<span class=no> 5</span>        <span class=k>"Principal"</span>: {<span class=k>"AWS"</span>: [<span class=s>"arn:aws:iam::{account}:root"</span>, <span class=s>"arn:aws:iam::{account}:role/ci"</span>]},
<span class=no> 6</span>        <span class=k>"Action"</span>: <span class=s>"sts:AssumeRole"</span>,
<span class=no> 7</span>        <span class=k>"Condition"</span>: {<span class=k>"StringEquals"</span>: {<span class=k>"sts:ExternalId"</span>: <span class=s>"{external}"</span>}}
<span class=no> 8</span>    }]
<span class=no> 9</span>}</div></div>
<div class=panel><h2>Permissions policies (2)</h2><table><tr><th>Policy name<th>Type<th>Attached entities<tr><td><a>arn:aws:iam::{account}:policy/deploy</a><td>Customer managed<td>3<tr><td><a>ReadOnlyAccess</a><td>AWS managed<td>12</table></div>`

const outputs = `<div class=crumb><a>CloudFormation</a> &rsaquo; <a>Stacks</a> &rsaquo; network-prod</div><h1>network-prod</h1><div class=panel><h2>Outputs (9)</h2><table><tr><th>Key<th>Value<th>Description<th>Export name
<tr><td>BucketArn<td>arn:aws:s3:::logs-{account}-eu-west-1<td>Where logs go<td>-
<tr><td>AuditAccount<td>{account}<td>Account that audits<td>audit-account
<tr><td>ClusterArn<td>arn:aws:ecs:eu-west-1:{account}:cluster/prod<td>The cluster<td>cluster
<tr><td>QueueUrl<td><a>https://sqs.eu-west-1.amazonaws.com/{account}/jobs</a><td>Queue of jobs<td>-
<tr><td>Registry<td>{account}.dkr.ecr.eu-west-1.amazonaws.com<td>Where images are pushed<td>registry
<tr><td>DeployKey<td>{key}<td>Access key of the deployer<td>-
<tr><td>TopicArn<td>arn:aws:sns:us-east-1:{account}:alarms<td>Alarms<td>alarms
<tr><td>RoleArn<td>arn:aws:iam::{account}:role/network-prod-Role-1B2M2Y8AsgTpg<td>The role<td>-
<tr><td>ExternalId<td>{external}<td>Of the monitoring vendor<td>-</table></div>
<div class=panel><h2>Stack info</h2><div class=grid><div><span class=label>Stack ID</span>arn:aws:cloudformation:eu-west-1:{account}:stack/network-prod</div><div><span class=label>Status</span><span class=s>&#10004; UPDATE_COMPLETE</span></div><div><span class=label>IAM role</span>-</div></div></div>`

const organization = `<div class=crumb><a>AWS Organizations</a> &rsaquo; AWS accounts</div><h1>AWS accounts</h1><div class=panel><h2>Organization</h2><table><tr><th>&#9633;<th>Account name<th>Account ID<th>Email<th>Joined<th>Status
<tr><td>&#9633;<td><a>management</a><td>{account}<td>aws@example.org<td>2019/05/06<td class=s>Active
<tr><td>&#9633;<td><a>log-archive</a><td>{account}<td>aws+logs@example.org<td>2019/05/07<td class=s>Active
<tr><td>&#9633;<td><a>audit</a><td>{account}<td>aws+audit@example.org<td>2019/05/07<td class=s>Active
<tr><td>&#9633;<td><a>network</a><td>{account}<td>aws+network@example.org<td>2019/11/21<td class=s>Active
<tr><td>&#9633;<td><a>sandbox-anna</a><td>{account}<td>aws+sb1@example.org<td>2020/02/01<td class=s>Active
<tr><td>&#9633;<td><a>sandbox-ben</a><td>{account}<td>aws+sb2@example.org<td>2020/02/01<td>Suspended
<tr><td>&#9633;<td><a>prod</a><td>{account}<td>aws+prod@example.org<td>2021/07/30<td class=s>Active
<tr><td>&#9633;<td><a>staging</a><td>{account}<td>aws+stage@example.org<td>2021/07/30<td class=s>Active
<tr><td>&#9633;<td><a>data-lake</a><td>{account}<td>aws+data@example.org<td>2022/12/12<td class=s>Active
<tr><td>&#9633;<td><a>ml</a><td>{account}<td>aws+ml@example.org<td>2024/01/09<td class=s>Active</table></div>`

const groups = `<h1>Security Groups (8)</h1><div class=panel><table><tr><th>Name<th>Security group ID<th>VPC ID<th>Description<th>Owner<th>Inbound rules
<tr><td>web<td><a>sg-0a1b2c3d4e5f60718</a><td><a>vpc-09f8e7d6c5b4a3921</a><td>Web servers<td>{account}<td>4 Permission entries
<tr><td>db<td><a>sg-0b1c2d3e4f5a60719</a><td><a>vpc-09f8e7d6c5b4a3921</a><td>Databases<td>{account}<td>1 Permission entry
<tr><td>default<td><a>sg-0c1d2e3f4a5b60720</a><td><a>vpc-0aa8e7d6c5b4a3922</a><td>default VPC security group<td>{account}<td>1 Permission entry</table></div>
<div class=panel><h2>Images (AMIs)</h2><table><tr><th>AMI ID<th>Source<th>Owner<th>Visibility<th>Creation date
<tr><td>ami-0123ab45cd67ef890<td>{account}/golden-image-2024-03<td>{account}<td>Private<td>2024/03/04 10:15 GMT+1
<tr><td>ami-0f23ab45cd67ef891<td>{account}/golden-image-2024-02<td>{account}<td>Private<td>2024/02/02 10:11 GMT+1</table></div>
<div class=panel><h2>Access keys</h2><table><tr><th>Access key ID<th>Status<th>Last used<tr><td>{key}<td class=s>Active<td>2 hours ago<tr><td>{key}<td>Inactive<td>N/A</table></div>`

// terminal is a window with a session of the command line.
func terminal(background, foreground, font, size string) string {
	return `<!doctype html><meta charset=utf-8><style>body{margin:0;width:1280px;height:800px;overflow:hidden;background:` + background + `;color:` + foreground + `;font:` + size + `/1.35 "` + font + `",monospace;white-space:pre;padding:10px}b{color:#4e9a06}i{color:#3465a4;font-style:normal}</style><body><b>anna@laptop</b>:<i>~/infra</i>$ aws sts get-caller-identity
{
    "UserId": "AIDAEXAMPLE:anna",
    "Account": "{account}",
    "Arn": "arn:aws:sts::{account}:assumed-role/Admin/anna"
}
<b>anna@laptop</b>:<i>~/infra</i>$ aws iam list-access-keys --output table
---------------------------------------------------------------
|                       ListAccessKeys                        |
+----------------------+----------------------+---------------+
|  {key}  |  2023-03-04T10:15Z   |  Active       |
|  {key}  |  2021-11-30T08:00Z   |  Inactive     |
+----------------------+----------------------+---------------+
<b>anna@laptop</b>:<i>~/infra</i>$ terraform apply
aws_iam_role.vendor: Refreshing state... [id=arn:aws:iam::{account}:role/vendor]
aws_kms_key.main: Refreshing state... [id=arn:aws:kms:eu-central-1:{account}:key/main]

Outputs:

external_id = "{external}"
account_id  = "{account}"
registry    = "{account}.dkr.ecr.eu-central-1.amazonaws.com"
<b>anna@laptop</b>:<i>~/infra</i>$ cat ~/.aws/config
[profile prod]
role_arn = arn:aws:iam::{account}:role/Admin
source_profile = default
[profile stage]
sso_account_id = {account}
sso_role_name = PowerUser
<b>anna@laptop</b>:<i>~/infra</i>$ `
}

// slide is a drawing of accounts.
func slide(font string) string {
	return `<!doctype html><meta charset=utf-8><style>body{margin:0;width:1280px;height:800px;overflow:hidden;background:linear-gradient(120deg,#fff,#dfe9f7);font-family:"` + font + `",sans-serif;color:#1b2a41}h1{font-size:40px;margin:30px 50px 10px}.box{position:absolute;border:2px solid #8aa;border-radius:8px;padding:10px;width:240px;height:110px;font-size:16px;text-align:center}.box small{display:block;font-size:12px;color:#5a6b7b}.foot{position:absolute;bottom:14px;left:50px;font-size:11px;color:#778}</style><body><h1>Landing zone: accounts</h1>
<svg style="position:absolute;left:0;top:0" width=1280 height=800><path d="M290 250H420M660 250H800M540 310V450M180 310L420 480" stroke="#456" stroke-width=3 fill=none /></svg>
<div class=box style="left:50px;top:190px;background:#fff4e0">Management<small>{account}</small><small>root@example.org</small></div>
<div class=box style="left:420px;top:190px;background:#e6f4ea">Network<small>AWS account {account}</small><small>Transit gateway</small></div>
<div class=box style="left:800px;top:190px;background:#232f3e;color:#fff">Production<small style="color:#cde">{account}</small><small style="color:#cde">eu-west-1</small></div>
<div class=box style="left:420px;top:450px;background:#1565c0;color:#fff">Log archive<small style="color:#e3f2fd">{account}</small><small style="color:#e3f2fd">arn:aws:s3:::logs-{account}</small></div>
<div class=box style="left:800px;top:450px;background:#fce4ec">Vendor<small>role in {account}</small><small>trusts {dashed}</small></div>
<div class=foot>Internal. Questions: cloud team, account {account}</div>`
}

// editor shows a configuration in the colours of an editor.
func editor(font string) string {
	return `<!doctype html><meta charset=utf-8><style>body{margin:0;width:1280px;height:800px;overflow:hidden;background:#1e1e1e;color:#d4d4d4;font:13px/19px "` + font + `",monospace;white-space:pre;padding:8px}u{color:#858585;text-decoration:none}.k{color:#9cdcfe}.s{color:#ce9178}.n{color:#b5cea8}.w{color:#c586c0}</style><body><u>  1</u>  <span class=w>provider</span> <span class=s>"aws"</span> {
<u>  2</u>    <span class=k>region</span>              = <span class=s>"eu-west-1"</span>
<u>  3</u>    <span class=k>allowed_account_ids</span> = [<span class=s>"{account}"</span>, <span class=s>"{account}"</span>]
<u>  4</u>    <span class=k>access_key</span>          = <span class=s>"{key}"</span>
<u>  5</u>  }
<u>  6</u>
<u>  7</u>  <span class=w>locals</span> {
<u>  8</u>    <span class=k>accounts</span> = {
<u>  9</u>      <span class=k>prod</span>    = <span class=n>{account}</span>
<u> 10</u>      <span class=k>staging</span> = <span class=n>{account}</span>
<u> 11</u>      <span class=k>audit</span>   = <span class=n>{account}</span>
<u> 12</u>    }
<u> 13</u>    <span class=k>trusted</span> = <span class=s>"arn:aws:iam::{account}:role/ci"</span>
<u> 14</u>    <span class=k>external_id</span> = <span class=s>"{external}"</span>
<u> 15</u>  }
<u> 16</u>
<u> 17</u>  <span class=w>resource</span> <span class=s>"aws_iam_role"</span> <span class=s>"vendor"</span> {
<u> 18</u>    <span class=k>name</span> = <span class=s>"vendor"</span>
<u> 19</u>    <span class=k>arn</span>  = <span class=s>"arn:aws:iam::{account}:policy/boundary"</span>
<u> 20</u>  }`
}

const switcher = `<h1>Switch role</h1><div class=panel><h2>Choose an account</h2><div class=grid>` +
	`<div><b>prod</b><br><span class=label>AWSAdministratorAccess</span>{account} | aws+prod@example.org</div><div><b>audit</b><br><span class=label>Account ID: {dashed}</span>aws+audit@example.org</div><div><b>ml</b><br><span class=label>#{account}</span>aws+ml@example.org</div>` +
	`<div><b>data-lake</b> ({account})<br><a>Management console</a> | <a>Access keys</a></div><div><b>staging</b> <span style="background:#0972d3;color:#fff;padding:2px 8px;border-radius:10px">{account}</span></div><div><span style="border:1px solid #0972d3;color:#0972d3;padding:3px 12px;border-radius:14px;font-weight:bold">Switch to {account}</span></div></div></div>
<div class=panel><h2>Role history</h2><p><span style="background:#f2b0a9;color:#000;padding:2px 8px">&nbsp;</span> OrganizationAccountAccessRole @ {account}<p><span style="background:#b7ca9d;padding:2px 8px">&nbsp;</span> ReadOnly @ {dashed}<p><span style="background:#99bcea;padding:2px 8px">&nbsp;</span> billing @ {dashed}</div>
<div class=panel style="width:420px"><h2>Session</h2><span class=label>Signed in as</span>arn:aws:sts::<wbr>{account}:<wbr>assumed-role/<wbr>AWSReservedSSO_AdministratorAccess_<wbr>0123456789abcdef/<wbr>anna<span class=label>Federated user of</span>{account}<span class=label>Canonical ID</span>79a59df900b949e55d96a1e698fbaced</div>`

// dense is a table with rules around every cell, as in a spreadsheet.
func dense(font string, size int, theme string) string {
	var rows strings.Builder
	for i := range 14 {
		fmt.Fprintf(&rows, `<tr><td>%d<td>team-%c<td>{account}<td class=n>%d.%02d<td>{dashed}<td>arn:aws:iam::{account}:role/r%d`, i+1, 'a'+i, 131*(i+3), 7*i+1, i)
	}
	return `<!doctype html><meta charset=utf-8><style>body{margin:10px;width:1260px;height:780px;overflow:hidden;font:` + fmt.Sprintf(`%dpx "%s"`, size, font) + `,sans-serif}table{border-collapse:collapse}.n{text-align:right}` + theme + `td,th{border:1px solid #999;padding:2px 5px}tr:nth-child(even){background:#8882}</style><table><tr><th>#<th>Team<th>Account<th>Cost (USD)<th>Linked<th>Role` + rows.String() + `</table>`
}

// badges are IDs on buttons and labels of all colours.
func badges(font string, size int) string {
	var b strings.Builder
	for i, c := range []string{"#0972d3;color:#fff", "#d13212;color:#fff", "#1d8102;color:#fff", "#ec7211;color:#fff", "#ffe7a8;color:#5a4500", "#e9d8fd;color:#44337a", "#414d5c;color:#d1d5db", "#fff;color:#0972d3;border:2px solid #0972d3", "#c6f6d5;color:#22543d", "#161d26;color:#89bdee"} {
		fmt.Fprintf(&b, `<p><span style="padding:%dpx 14px;border-radius:%dpx;background:%s">{account}</span> &nbsp; <span style="padding:5px 10px;background:%s;font-weight:bold">Account {account}</span> &nbsp; <span style="padding:3px 6px;border-radius:3px;background:%s">{dashed} &times;</span>`, 4+i%3, 3*i, c, c, c)
	}
	return `<!doctype html><meta charset=utf-8><style>body{margin:20px;width:1240px;height:760px;overflow:hidden;background:#fafafa;font:` + fmt.Sprintf(`%dpx "%s"`, size, font) + `,sans-serif}p{margin:0 0 24px}</style><h1>Accounts by owner</h1>` + b.String()
}

// greys are IDs that hardly differ from what they stand on.
func greys(font string, size int) string {
	var b strings.Builder
	for _, c := range []string{"#fff;color:#888", "#f2f3f3;color:#687078", "#e5e5e5;color:#777", "#d5dbdb;color:#545b64", "#bbb;color:#555", "#666;color:#ccc", "#444;color:#999", "#232f3e;color:#879596", "#0f1b2a;color:#7d8998", "#fff;color:#539fe5", "#fff;color:#ec7211"} {
		fmt.Fprintf(&b, `<div style="background:%s">Owner {account} &nbsp; trusted: <u>{account}</u> &nbsp; <i>alias of {dashed}</i><br>arn:aws:sns:eu-west-1:{account}:alarms, last used 2024-03-04 10:15</div>`, c)
	}
	return `<!doctype html><meta charset=utf-8><style>body{margin:0;width:1280px;height:800px;overflow:hidden;font:` + fmt.Sprintf(`%dpx/1.5 "%s"`, size, font) + `,sans-serif}div{padding:8px 30px}</style>` + b.String()
}
