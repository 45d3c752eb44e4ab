package token

import (
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// providers is the table of everything New finds, by what a leak opens.
var providers = slices.Concat(codeHosts, registries, clouds, models, chats, payments, observers, services)

// Alphabets of the patterns below.
const (
	alnum   = `[0-9A-Za-z]`
	lowhex  = `[0-9a-f]`
	anyhex  = `[0-9a-fA-F]`
	wordish = `[0-9A-Za-z_-]` // base64url
	base64s = `[0-9A-Za-z+/]`
	uuid    = `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`
	slash   = `\\?/` // JSON may escape it
)

var codeHosts = []provider{
	{
		id: "github-token", title: "GitHub token", severity: finding.Critical,
		gains:  "Reads and writes repositories, workflows and packages with the rights of the user or app it was made for.",
		revoke: "Revoke it in GitHub under Settings, Developer settings (or uninstall the app). Read the security log for its use.",
		source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/",
		forms: []form{
			tok("ghp_", alnum+`{36}`, "GitHub personal access token").checked(crcBase62),
			tok("gho_", alnum+`{36}`, "GitHub OAuth access token").checked(crcBase62),
			tok("ghu_", alnum+`{36}`, "GitHub user-to-server token").checked(crcBase62),
			tok("ghs_", alnum+`{36}`, "GitHub server-to-server token").checked(crcBase62).graded(finding.Low),
			tok("ghr_", alnum+`{76}|`+alnum+`{36}`, "GitHub refresh token").checked(crcBase62),
			tok("github_pat_", `11[A-Z2-7]{7}[0-9]`+alnum+`{12}_`+alnum+`{59}`, "GitHub fine-grained personal access token"),
		},
		// Forty hexadecimal digits until April 2021, and OAuth client secrets to this day. The
		// word github alone stands in too many lines.
		keyed: []keyed{
			{
				names:   []string{"github_token", "gh_token", "github_api", "gh_api_key", "github_access", "github_oauth", "github_pat", "github_client_secret", "github_secret"},
				purpose: []string{"token", "secret", "pat", "apikey"},
				value:   lowhex + `{40}`, what: "GitHub token of the older form or OAuth client secret",
			},
			{names: []string{"oauth_token"}, value: lowhex + `{40}`, near: []string{"github.com"}, what: "GitHub token of the older form"},
		},
	},
	{
		id: "gitlab-token", title: "GitLab token", severity: finding.Critical,
		gains:  "Reads and writes projects, registries and pipelines with the rights of the user, project, group or runner it was made for.",
		revoke: "Revoke it where it was made (Access tokens, Deploy tokens, Runners, Triggers) and read the audit events for its use.",
		source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
		forms: []form{
			tok("glpat-", wordish+`{27,}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}`, "GitLab routable access token").checked(crcBase36),
			tok("glpat-", wordish+`{20}`, "GitLab personal access token"),
			tok("gldt-", wordish+`{20}`, "GitLab deploy token").graded(finding.High),
			tok("glrt-", `t[0-9]_`+wordish+`{27,}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{9}`, "GitLab routable runner token").checked(crcBase36).graded(finding.High),
			tok("glrt-", `(?:t[0-9]_)?`+wordish+`{20}`, "GitLab runner authentication token").graded(finding.High),
			tok("glrtr-", wordish+`{20}`, "GitLab runner registration token").graded(finding.High),
			tok("glcbt-", anyhex+`{1,5}_`+wordish+`{20}`, "GitLab CI job token").graded(finding.Low),
			tok("glptt-", lowhex+`{40}`, "GitLab pipeline trigger token").graded(finding.High),
			tok("glft-", wordish+`{20}`, "GitLab feed token").graded(finding.Medium),
			tok("glimt-", wordish+`{25}`, "GitLab incoming mail token").graded(finding.Medium),
			tok("glagent-", wordish+`{50}`, "GitLab agent for Kubernetes token"),
			tok("gloas-", wordish+`{64}`, "GitLab OAuth application secret"),
			tok("glsoat-", wordish+`{20}`, "GitLab SCIM token"),
			tok("glffct-", wordish+`{20}`, "GitLab feature flags client token").graded(finding.Medium),
			tok("GR1348941", wordish+`{20}`, "GitLab legacy runner registration token").graded(finding.High),
		},
		nearMisses: []finding.Example{
			{Name: "words-behind-the-prefix", Text: "('GR1348941PREfix_helloworld380', True),\n"},
			{Name: "routable-token-cut-off", Text: "x = glpat-‹base64url:27›.01.\n"},
		},
	},
	{
		id: "atlassian-token", title: "Atlassian or Bitbucket token", severity: finding.Critical,
		gains:  "Reads and changes Jira, Confluence or Bitbucket repositories with the rights of its owner.",
		revoke: "Revoke it at id.atlassian.com under Security, API tokens, or in the Bitbucket repository, project or workspace settings.",
		source: "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
		forms: []form{
			tok("ATATT3", wordish+`{60,}=[0-9A-F]{8}`, "Atlassian API token").checked(crcUpperHex),
			tok("ATCTT3", wordish+`{60,}=[0-9A-F]{8}`, "Atlassian access token").checked(crcUpperHex),
			tok("ATBB", `[0-9A-Za-z]{24}[0-9A-F]{8}`, "Bitbucket app password"),
		},
	},
	{
		id: "sourcegraph-token", title: "Sourcegraph access token", severity: finding.High,
		gains:  "Searches and reads all code that its owner can see in Sourcegraph.",
		revoke: "Delete it in Sourcegraph under Settings, Access tokens.",
		source: "https://sourcegraph.com/docs/cli/how-tos/creating-an-access-token",
		forms:  []form{tok("sgp_", `(?:`+lowhex+`{16}_|local_)?`+lowhex+`{40}`, "Sourcegraph access token")},
	},
	{
		id: "circleci-token", title: "CircleCI token", severity: finding.Critical,
		gains:  "Starts pipelines and reads build settings; whoever can start a build can read its secrets.",
		revoke: "Delete it in CircleCI under User settings or Project settings, and rotate what the builds can read.",
		source: "https://circleci.com/docs/managing-api-tokens/",
		forms: []form{
			tok("CCIPAT_", alnum+`{22}_`+lowhex+`{40}`, "CircleCI personal API token"),
			tok("CCIPRJ_", alnum+`{22}_`+lowhex+`{40}`, "CircleCI project API token"),
		},
		keyed: []keyed{{names: []string{"circleci", "circle"}, purpose: []string{"token", "apikey"}, value: lowhex + `{40}`, public: []string{".svg", ".png", "badge", "shield"}, what: "CircleCI token of the older form"}},
	},
	{
		id: "buildkite-token", title: "Buildkite token", severity: finding.High,
		gains:  "Reads and starts builds, or lets a foreign agent take the jobs of the organisation.",
		revoke: "Revoke it in Buildkite under API access tokens or Agents.",
		source: "https://buildkite.com/docs/apis/managing-api-tokens",
		forms: []form{
			tok("bkua_", lowhex+`{40}`, "Buildkite API token"),
			tok("bkct_", wordish+`{40,80}`, "Buildkite cluster token"),
		},
	},
	{
		id: "harness-token", title: "Harness token", severity: finding.High,
		gains:  "Drives the pipelines and reads the settings of the Harness account.",
		revoke: "Delete it in Harness under My profile or Service accounts.",
		source: "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/",
		forms: []form{
			tok("pat.", wordish+`{22}\.`+lowhex+`{24}\.`+alnum+`{20}`, "Harness personal access token"),
			tok("sat.", wordish+`{22}\.`+lowhex+`{24}\.`+alnum+`{20}`, "Harness service account token"),
		},
	},
	{
		id: "sonar-token", title: "SonarQube or SonarCloud token", severity: finding.Medium,
		gains:  "Reads analysed code and findings, or writes analyses, with the rights of its owner.",
		revoke: "Revoke it in Sonar under My account, Security.",
		source: "https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/",
		forms: []form{
			tok("squ_", lowhex+`{40}`, "Sonar user token"),
			tok("sqp_", lowhex+`{40}`, "Sonar project analysis token"),
			tok("sqa_", lowhex+`{40}`, "Sonar global analysis token"),
		},
		keyed: []keyed{{names: []string{"sonar"}, purpose: []string{"token", "login"}, value: lowhex + `{40}`, what: "Sonar token of the older form"}},
	},
	{
		id: "travis-token", title: "Travis CI token", severity: finding.High,
		gains:  "Starts builds and reads settings of the repositories its owner can see.",
		revoke: "Regenerate it in Travis CI under Settings, API authentication.",
		source: "https://docs.travis-ci.com/user/triggering-builds/",
		keyed:  []keyed{{names: []string{"travis"}, purpose: []string{"token", "apikey"}, value: `[0-9A-Za-z_-]{22}`, what: "Travis CI token"}},
	},
	{
		id: "codecov-token", title: "Codecov upload token", severity: finding.Low,
		gains:  "Uploads coverage reports in the name of the repository.",
		revoke: "Regenerate it in the repository's Codecov settings.",
		source: "https://docs.codecov.com/docs/codecov-tokens",
		keyed:  []keyed{{names: []string{"codecov"}, purpose: []string{"token"}, value: uuid, what: "Codecov upload token"}},
	},
	{
		id: "snyk-token", title: "Snyk token", severity: finding.High,
		gains:  "Reads the vulnerabilities and projects of the organisation.",
		revoke: "Revoke it in Snyk under Account settings, General.",
		source: "https://docs.snyk.io/snyk-api/authentication-for-api",
		forms:  []form{tok("snyk_", `(?:uat|sat)\.[0-9a-f]{8}\.[0-9A-Za-z_-]{20,}(?:\.[0-9A-Za-z_-]{20,200})?`, "Snyk access token")},
		keyed:  []keyed{{names: []string{"snyk"}, purpose: []string{"token", "apikey"}, value: uuid, what: "Snyk API token"}},
	},
}

var registries = []provider{
	{
		id: "npm-token", title: "npm access token", severity: finding.Critical,
		gains:  "Publishes new versions of the owner's packages: everyone who installs them runs the attacker's code.",
		revoke: "Revoke it on npmjs.com under Access tokens and check the versions published since.",
		source: "https://github.blog/security/announcing-npms-new-access-token-format",
		forms:  []form{tok("npm_", alnum+`{36}`, "npm access token").checked(crcBase62)},
		keyed:  []keyed{{names: []string{"_authtoken"}, purpose: []string{"authtoken"}, value: uuid, what: "npm token of the older form"}},
	},
	{
		id: "pypi-token", title: "PyPI token", severity: finding.Critical,
		gains:  "Uploads new releases of the owner's projects: everyone who installs them runs the attacker's code.",
		revoke: "Delete it on pypi.org under Account settings, API tokens, and check the releases since.",
		source: "https://pypi.org/help/#apitoken",
		forms:  []form{tok("pypi-AgE", wordish+`{60,}`, "PyPI upload token").checked(macaroon)},
	},
	{
		id: "rubygems-token", title: "RubyGems API key", severity: finding.Critical,
		gains:  "Publishes new versions of the owner's gems: everyone who installs them runs the attacker's code.",
		revoke: "Delete it on rubygems.org under Settings, API keys, and check the versions pushed since.",
		source: "https://guides.rubygems.org/api-key-scopes/",
		forms:  []form{tok("rubygems_", lowhex+`{48}`, "RubyGems API key")},
	},
	{
		id: "cratesio-token", title: "crates.io token", severity: finding.Critical,
		gains:  "Publishes new versions of the owner's crates: everyone who builds with them runs the attacker's code.",
		revoke: "Revoke it on crates.io under Account settings, API tokens.",
		source: "https://blog.rust-lang.org/2020/07/14/crates-io-security-advisory.html",
		forms:  []form{tok("cio", alnum+`{32}`, "crates.io token").nearby("cargo", "crates", "rust", "token")},
	},
	{
		id: "nuget-token", title: "NuGet API key", severity: finding.Critical,
		gains:  "Publishes new versions of the owner's packages: everyone who installs them runs the attacker's code.",
		revoke: "Delete it on nuget.org under API keys.",
		source: "https://learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package#create-an-api-key",
		forms:  []form{tok("oy2", `[a-z0-9]{43}`, "NuGet API key")},
	},
	{
		id: "clojars-token", title: "Clojars deploy token", severity: finding.Critical,
		gains:  "Publishes new versions of the owner's libraries.",
		revoke: "Disable it on clojars.org under Tokens.",
		source: "https://github.com/clojars/clojars-web/wiki/Deploy-Tokens",
		forms:  []form{tok("CLOJARS_", lowhex+`{60}`, "Clojars deploy token")},
	},
	{
		id: "dockerhub-token", title: "Docker Hub token", severity: finding.Critical,
		gains:  "Pulls private images and pushes new ones under the owner's name.",
		revoke: "Delete it in Docker Hub under Account settings, Personal access tokens.",
		source: "https://docs.docker.com/security/access-tokens/",
		forms: []form{
			tok("dckr_pat_", wordish+`{27}`, "Docker personal access token"),
			tok("dckr_oat_", wordish+`{32}`, "Docker organisation access token"),
		},
	},
	{
		id: "jfrog-token", title: "JFrog Artifactory token", severity: finding.Critical,
		gains:  "Reads and replaces the artifacts that builds download.",
		revoke: "Revoke it in the JFrog platform under Access tokens or the user's profile.",
		source: "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
		forms: []form{
			tok("AKCp", alnum+`{69}`, "Artifactory API key"),
			tok("cmVmd", alnum+`{59}`, "Artifactory reference token").checked(referenceToken),
		},
	},
	{
		id: "registry-token", title: "Token of a smaller registry", severity: finding.High,
		gains:  "Publishes packages or deploys projects under the owner's name.",
		revoke: "Revoke it in the account settings of the registry.",
		source: "https://docs.deno.com/deploy/manual/",
		forms: []form{
			tok("ddp_", alnum+`{36}`, "Deno Deploy token"),
			tok("ddw_", alnum+`{36}`, "Deno Deploy organisation token"),
			tok("packagist_", `(?:uut|out|ack|acs|cus)_`+lowhex+`{32,72}`, "Packagist token"),
		},
	},
}

var clouds = []provider{
	{
		id: "digitalocean-token", title: "DigitalOcean token", severity: finding.Critical,
		gains:  "Creates, changes and destroys servers, databases and buckets of the account.",
		revoke: "Delete it in DigitalOcean under API, Tokens.",
		source: "https://docs.digitalocean.com/reference/api/create-personal-access-token/",
		forms: []form{
			tok("dop_v1_", lowhex+`{64}`, "DigitalOcean personal access token"),
			tok("doo_v1_", lowhex+`{64}`, "DigitalOcean OAuth token"),
			tok("dor_v1_", lowhex+`{64}`, "DigitalOcean refresh token"),
		},
		keyed: []keyed{{
			names: []string{"digitalocean", "digital_ocean", "do_api_token", "do_access_token"}, purpose: []string{"token", "apikey", "accesstoken"},
			value: lowhex + `{64}`, what: "DigitalOcean token of the older form",
		}},
	},
	{
		id: "heroku-token", title: "Heroku API key", severity: finding.Critical,
		gains:  "Deploys apps, reads their configuration (with all its secrets) and their databases.",
		revoke: "Regenerate it in Heroku under Account settings, or revoke the authorization.",
		source: "https://devcenter.heroku.com/articles/oauth#prefixed-oauth-tokens",
		forms: []form{
			tok("HRKU-", `AA`+wordish+`{58}`, "Heroku API key"),
			tok("HRKU-", uuid, "Heroku API key with a UUID"),
		},
		keyed: []keyed{{names: []string{"heroku"}, purpose: []string{"apikey", "apitoken", "authtoken", "password"}, value: uuid, what: "Heroku API key of the older form"}},
	},
	{
		id: "vault-token", title: "HashiCorp Vault token", severity: finding.Critical,
		gains:  "Reads the secrets that its policies allow, often all of an environment's.",
		revoke: "Revoke it with vault token revoke, read the audit log, and rotate what it could read.",
		source: "https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes",
		forms: []form{
			tok("hvs.", `CAES`+wordish+`{84,200}`, "Vault service token").checked(vaultService),
			tok("hvs.", alnum+`{24}`, "Vault root or local token"),
			tok("hvb.", `AAAAA`+wordish+`{80,}`, "Vault batch token"),
			tok("hvr.", `CAES`+wordish+`{84,200}`, "Vault recovery token"),
		},
		keyed: []keyed{
			{names: []string{"vault"}, purpose: []string{"token"}, value: `s\.` + alnum + `{24}`, what: "Vault token of the older form"},
			{names: []string{"vault_token", "vault_root_token", "vault_dev_root_token"}, purpose: []string{"token"}, value: uuid, what: "Vault token of the oldest form, a UUID"},
		},
	},
	{
		id: "consul-token", title: "HashiCorp Consul ACL token", severity: finding.Critical, homemade: true,
		gains:  "Reads and writes the keys, services and intentions that its policies allow, often all of a datacenter's.",
		revoke: "Delete it with consul acl token delete, and read the audit log.",
		source: "https://developer.hashicorp.com/consul/docs/secure/acl/token",
		keyed: []keyed{{
			names: []string{"consul_http_token", "consul_token", "consul_acl", "consul_master", "consul_agent_token", "consul"}, purpose: []string{"token"},
			value: uuid, what: "Consul ACL token, a UUID",
		}},
		nearMisses: []finding.Example{{Name: "uuid-of-a-time-and-a-machine", Text: "consul_token: ‹hex:8›-9fe9-11e4-b1b0-‹hex:12›\n"}},
	},
	{
		id: "docker-swarm-token", title: "Docker Swarm join token", severity: finding.High,
		gains:  "Joins a machine to the swarm, with a manager's token as a manager, where it is sent the secrets of the services.",
		revoke: "Rotate it: docker swarm join-token --rotate worker (or manager). Look for nodes that nobody knows.",
		source: "https://docs.docker.com/reference/cli/docker/swarm/join-token/",
		forms:  []form{tok("SWMTKN-1-", `[0-9a-z]{50}-[0-9a-z]{25}`, "Docker Swarm join token")},
	},
	{
		id: "terraform-token", title: "HCP Terraform token", severity: finding.Critical,
		gains:  "Reads state (with the secrets in it) and changes infrastructure of the organisation.",
		revoke: "Revoke it in HCP Terraform under Tokens of the user, team or organisation.",
		source: "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
		forms:  []form{led(base62, 14, 14, wordish+`{60,72}`, "HCP Terraform token", ".atlasv1.")},
	},
	{
		id: "pulumi-token", title: "Pulumi access token", severity: finding.Critical,
		gains:  "Reads state (with the secrets in it) and changes infrastructure of the organisation.",
		revoke: "Delete it in Pulumi Cloud under Access tokens.",
		source: "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/",
		forms:  []form{tok("pul-", lowhex+`{40}`, "Pulumi access token")},
	},
	{
		id: "doppler-token", title: "Doppler token", severity: finding.Critical,
		gains:  "Reads the secrets of a project, or of the whole workplace.",
		revoke: "Revoke it in Doppler under Tokens, and rotate what it could read.",
		source: "https://docs.doppler.com/reference/auth-token-formats",
		forms: []form{
			tok("dp.pt.", alnum+`{40,44}`, "Doppler personal token"),
			tok("dp.st.", `(?:[a-z0-9_-]{2,35}\.)?`+alnum+`{40,44}`, "Doppler service token"),
			tok("dp.ct.", alnum+`{40,44}`, "Doppler CLI token"),
			tok("dp.sa.", alnum+`{40,44}`, "Doppler service account token"),
			tok("dp.scim.", alnum+`{40,44}`, "Doppler SCIM token"),
			tok("dp.audit.", alnum+`{40,44}`, "Doppler audit token"),
		},
	},
	{
		id: "onepassword-token", title: "1Password secret", severity: finding.Critical,
		gains:  "Opens the vaults that the service account may read.",
		revoke: "Revoke the service account in 1Password and rotate the items it could read.",
		source: "https://developer.1password.com/docs/service-accounts/security/",
		forms: []form{
			tok("ops_eyJ", base64s+`{200,}={0,2}`, "1Password service account token").checked(object("ops", "ops_", "", "signInAddress")),
			tok("A3-", `[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})(?:-[0-9A-Z]{5}){3}`, "1Password secret key"),
		},
	},
	{
		id: "flyio-token", title: "Fly.io access token", severity: finding.Critical,
		gains:  "Deploys, changes and enters the apps of the organisation.",
		revoke: "Revoke it with fly tokens revoke or in the dashboard under Tokens.",
		source: "https://fly.io/docs/security/tokens/",
		forms: []form{
			tok("fo1_", wordish+`{43}`, "Fly.io personal token"),
			tok("fm2_", base64s+`{100,}={0,2}`, "Fly.io macaroon").checked(flyMacaroon),
			tok("fm1r_", base64s+`{100,}={0,2}`, "Fly.io macaroon of the first form").checked(flyMacaroon),
		},
	},
	{
		id: "cloudflare-token", title: "Cloudflare API token", severity: finding.Critical,
		gains:  "Changes DNS, certificates, workers and firewall of the account's zones.",
		revoke: "Roll or delete it in Cloudflare under My profile, API tokens.",
		source: "https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/",
		forms: []form{
			tok("cfut_", alnum+`{40}`+lowhex+`{8}`, "Cloudflare user API token"),
			tok("cfat_", alnum+`{40}`+lowhex+`{8}`, "Cloudflare account API token"),
			tok("cfk_", alnum+`{40}`+lowhex+`{8}`, "Cloudflare global API key"),
			tok("v1.0-", lowhex+`{24}-`+lowhex+`{146}`, "Cloudflare Origin CA key"),
		},
		keyed: []keyed{
			{names: []string{"cloudflare", "cf_api", "cf_auth"}, purpose: []string{"apitoken", "apikey", "authkey", "token"}, value: wordish + `{40}`, what: "Cloudflare API token of the older form"},
			{names: []string{"cloudflare", "cf_api", "cf_auth"}, purpose: []string{"apikey", "authkey", "globalkey"}, value: lowhex + `{37}`, what: "Cloudflare global API key of the older form"},
			{names: []string{"x-auth-key"}, purpose: []string{"authkey"}, value: lowhex + `{37}`, near: []string{"cloudflare"}, what: "Cloudflare global API key in a header"},
		},
	},
	{
		id: "vercel-token", title: "Vercel token", severity: finding.Critical,
		gains:  "Deploys projects and reads their environment variables.",
		revoke: "Delete it in Vercel under Account settings, Tokens.",
		source: "https://vercel.com/docs/rest-api#authentication",
		forms: []form{
			tok("vcp_", alnum+`{56}`, "Vercel personal access token"),
			tok("vck_", alnum+`{56}`, "Vercel AI gateway key"),
		},
		keyed: []keyed{{names: []string{"vercel"}, purpose: []string{"token", "apikey"}, value: alnum + `{24}`, what: "Vercel token of the older form"}},
	},
	{
		id: "netlify-token", title: "Netlify access token", severity: finding.Critical,
		gains:  "Deploys sites and reads their environment variables.",
		revoke: "Delete it in Netlify under User settings, Applications.",
		source: "https://docs.netlify.com/api-and-cli-guides/cli-guides/get-started-with-cli/#obtain-a-token-in-the-netlify-ui",
		forms:  []form{tok("nfp_", alnum+`{36}`, "Netlify access token")},
		keyed:  []keyed{{names: []string{"netlify"}, purpose: []string{"token"}, value: wordish + `{43,45}|` + lowhex + `{64}`, what: "Netlify token of the older form"}},
	},
	{
		id: "supabase-token", title: "Supabase key", severity: finding.Critical,
		gains:  "Reads and writes the project's database past its row-level security, or manages the account's projects.",
		revoke: "Revoke it in Supabase under Project settings, API keys, or Account, Access tokens.",
		source: "https://supabase.com/docs/guides/api/api-keys",
		forms: []form{
			tok("sb_secret_", wordish+`{22}_`+wordish+`{8}`, "Supabase secret key"),
			tok("sbp_", lowhex+`{40}`, "Supabase access token"),
		},
	},
	{
		id: "planetscale-token", title: "PlanetScale credential", severity: finding.Critical,
		gains:  "Reads and writes a database, or manages the organisation's databases.",
		revoke: "Delete it in PlanetScale under Passwords or Service tokens.",
		source: "https://planetscale.com/docs/api/reference/service-tokens",
		forms: []form{
			tok("pscale_tkn_", `[0-9A-Za-z=._-]{32,64}`, "PlanetScale service token"),
			tok("pscale_pw_", `[0-9A-Za-z=._-]{32,64}`, "PlanetScale password"),
			tok("pscale_oauth_", `[0-9A-Za-z=._-]{32,64}`, "PlanetScale OAuth token"),
		},
	},
	{
		id: "neon-token", title: "Neon API key", severity: finding.Critical,
		gains:  "Manages the account's databases and reads their passwords.",
		revoke: "Revoke it in Neon under Account settings, API keys.",
		source: "https://neon.com/docs/manage/api-keys",
		forms:  []form{tok("napi_", `[0-9a-z]{64}`, "Neon API key")},
	},
	{
		id: "databricks-token", title: "Databricks token", severity: finding.Critical,
		gains:  "Runs jobs and reads the data of the workspace with the rights of its owner.",
		revoke: "Revoke it in Databricks under Settings, Developer, Access tokens.",
		source: "https://docs.databricks.com/aws/en/dev-tools/auth/pat",
		forms: []form{
			tok("dapi", lowhex+`{32}(?:-[0-9]{1,2})?`, "Databricks personal access token"),
			tok("dose", lowhex+`{32}(?:-[0-9]{1,2})?`, "Databricks OAuth secret"),
		},
	},
	{
		id: "confluent-token", title: "Confluent Cloud API secret", severity: finding.High,
		gains:  "Reads and writes topics, or manages the clusters of the organisation.",
		revoke: "Delete the API key in Confluent Cloud.",
		source: "https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html",
		forms:  []form{tok("cflt", base64s+`{60}`, "Confluent Cloud API secret").checked(crcConfluent)},
		keyed:  []keyed{{names: []string{"confluent"}, purpose: []string{"secret"}, value: base64s + `{64}`, what: "Confluent Cloud API secret of the older form"}},
	},
	{
		id: "tailscale-token", title: "Tailscale key", severity: finding.Critical,
		gains:  "Adds machines to the private network, or changes its rules.",
		revoke: "Revoke it in the Tailscale admin console under Settings, Keys.",
		source: "https://tailscale.com/kb/1277/key-prefixes",
		forms: []form{
			tok("tskey-", `(?:auth|api|client|scim|webhook)-[0-9A-Za-z]{8,20}CNTRL-[0-9A-Za-z]{20,40}`, "Tailscale key"),
		},
	},
	{
		id: "alibaba-key", title: "Alibaba Cloud access key ID", severity: finding.Medium,
		gains:  "Names the key; with the secret that usually stands beside it, manages the account's resources.",
		revoke: "Delete the AccessKey pair in the RAM console.",
		source: "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
		forms:  []form{tok("LTAI", alnum+`{20}|`+alnum+`{16}|`+alnum+`{12}`, "Alibaba Cloud access key ID")},
	},
	{
		id: "cloud-token", title: "Token of a smaller cloud", severity: finding.High,
		gains:  "Manages servers, apps or databases of the account.",
		revoke: "Delete it in the provider's console.",
		source: "https://developers.scalingo.com/index#authentication",
		forms: []form{
			tok("tk-us-", wordish+`{48}`, "Scalingo API token"),
			tok("rnd_", alnum+`{32}`, "Render API key").nearby("render"),
			tok("sha256~", wordish+`{43}`, "OpenShift OAuth token"),
			tok("mdb_sa_sk_", wordish+`{40}`, "MongoDB Atlas service account secret"),
			tok("dnkey-", `[A-Z0-9]{26}-[A-Z0-9]{52}`, "Defined Networking API key"),
			tok("pnu_", alnum+`{36}`, "Prefect API key"),
		},
		keyed: []keyed{{names: []string{"mongodb_atlas", "atlas"}, purpose: []string{"privatekey", "privateapikey"}, value: uuid, what: "MongoDB Atlas private key"}},
	},
	{
		id: "dropbox-token", title: "Dropbox token", severity: finding.High,
		gains:  "Reads and writes the files of the account or app folder.",
		revoke: "Revoke the app's access in Dropbox under Settings, Connected apps.",
		source: "https://developers.dropbox.com/oauth-guide",
		forms: []form{
			tok("sl.", `(?:u\.)?`+wordish+`{130,}`, "Dropbox short-lived token").graded(finding.Medium),
		},
	},
}

var models = []provider{
	{
		id: "openai-key", title: "OpenAI API key", severity: finding.High,
		gains:  "Spends the organisation's money and reads its files, threads and fine-tunings.",
		revoke: "Delete it at platform.openai.com under API keys and look at the usage.",
		source: "https://platform.openai.com/docs/api-reference/authentication",
		forms: []form{
			led(base62+"-_", 23, 100, wordish+`{20,80}`, "OpenAI API key", "T3BlbkFJ").beginning("sk-"),
		},
	},
	{
		id: "anthropic-key", title: "Anthropic API key", severity: finding.High,
		gains:  "Spends the organisation's money; an admin key manages its members and keys.",
		revoke: "Delete it in the Anthropic console under API keys.",
		source: "https://docs.anthropic.com/en/api/overview",
		forms: []form{
			tok("sk-ant-", `(?:api[0-9]{2}|admin[0-9]{2}|oat[0-9]{2}|ort[0-9]{2}|sid[0-9]{2})-`+wordish+`{93}AA`, "Anthropic key"),
			tok("sk-ant-", `(?:sid)[0-9]{2}-`+wordish+`{84}-`+wordish+`{6}AA`, "Anthropic session key").graded(finding.High),
		},
	},
	{
		id: "huggingface-token", title: "Hugging Face token", severity: finding.High,
		gains:  "Reads private models and data sets, and with write access replaces them.",
		revoke: "Invalidate it at huggingface.co under Settings, Access tokens.",
		source: "https://huggingface.co/docs/hub/security-tokens",
		forms: []form{
			tok("hf_", `[A-Za-z]{34}`, "Hugging Face user token"),
			tok("api_org_", `[A-Za-z]{34}`, "Hugging Face organisation token"),
		},
	},
	{
		id: "groq-key", title: "Groq API key", severity: finding.Medium,
		gains: "Spends the account's quota.", revoke: "Delete it in the Groq console under API keys.",
		source: "https://console.groq.com/docs/quickstart",
		forms:  []form{tok("gsk_", alnum+`{20}WGdyb3FY`+alnum+`{24}`, "Groq API key")},
	},
	{
		id: "xai-key", title: "xAI API key", severity: finding.Medium,
		gains: "Spends the account's money.", revoke: "Delete it in the xAI console under API keys.",
		source: "https://docs.x.ai/docs/overview",
		forms:  []form{tok("xai-", alnum+`{80}`, "xAI API key")},
	},
	{
		id: "perplexity-key", title: "Perplexity API key", severity: finding.Medium,
		gains: "Spends the account's money.", revoke: "Delete it in Perplexity under Settings, API.",
		source: "https://docs.perplexity.ai/guides/getting-started",
		forms:  []form{tok("pplx-", alnum+`{48}`, "Perplexity API key")},
	},
	{
		id: "replicate-token", title: "Replicate token", severity: finding.Medium,
		gains: "Runs models on the account's bill and reads its private models.", revoke: "Disable it in Replicate under API tokens.",
		source: "https://replicate.com/docs/topics/security/api-tokens",
		forms:  []form{tok("r8_", alnum+`{37}`, "Replicate API token")},
	},
	{
		id: "model-key", title: "API key of a model provider", severity: finding.Medium,
		gains: "Spends the account's money and reads what it stored there.", revoke: "Delete it in the provider's console.",
		source: "https://openrouter.ai/docs/api-reference/authentication",
		forms: []form{
			tok("sk-or-v1-", lowhex+`{64}`, "OpenRouter API key"),
			tok("nvapi-", wordish+`{64}`, "NVIDIA API key"),
			tok("pcsk_", alnum+`{5,6}_`+alnum+`{63}`, "Pinecone API key"),
			tok("tvly-", `(?:dev-|prod-)?`+alnum+`{32}`, "Tavily API key"),
			tok("csk-", `[0-9a-z]{48}`, "Cerebras API key"),
			tok("lsv2_", `(?:pt|sk)_`+lowhex+`{32}_`+lowhex+`{10}`, "LangSmith API key"),
			tok("sk-lf-", uuid, "Langfuse secret key"),
			tok("tgp_v1_", wordish+`{43}`, "Together AI key"),
			tok("jina_", alnum+`{60}`, "Jina API key"),
		},
		keyed: []keyed{
			{names: []string{"wandb", "mistral", "cohere", "together"}, purpose: []string{"apikey"}, value: lowhex + `{40}|` + lowhex + `{64}|` + alnum + `{40}|` + alnum + `{32}`, what: "key of a model provider"},
			{names: []string{"fireworks"}, purpose: []string{"apikey"}, value: `fw_` + alnum + `{22,24}`, same: 3, what: "Fireworks AI key"},
			{names: []string{"firecrawl"}, purpose: []string{"apikey"}, value: `fc-` + lowhex + `{32}`, same: 3, what: "Firecrawl API key"},
			{names: []string{"elevenlabs", "eleven_labs", "xi-api", "xi_api"}, purpose: []string{"apikey"}, value: `sk_` + lowhex + `{48}`, same: 3, what: "ElevenLabs API key"},
			{names: []string{"deepseek"}, purpose: []string{"apikey", "token"}, value: `sk-` + lowhex + `{32}`, same: 3, what: "DeepSeek API key"},
			{names: []string{"api_key", "apikey"}, purpose: []string{"apikey"}, value: `sk-` + lowhex + `{32}`, same: 3, near: []string{"deepseek"}, what: "DeepSeek API key beside its name"},
			{names: []string{"wandb login"}, purpose: []string{"login"}, value: lowhex + `{40}`, what: "key that Weights & Biases is signed in with"},
		},
	},
}
