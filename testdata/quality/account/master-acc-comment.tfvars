# uncomment for a local run
# master_acc_id = "«account»"
deploy_acc_id = "«account»"
