conn = openstack.connect(project_id="‹hex:32›", project_name="nordlicht-prod", auth_url=URL)
