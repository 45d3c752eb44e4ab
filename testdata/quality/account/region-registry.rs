lazy_static! {
    /// ECR registries that are not the fallback, by region
    static ref ECR_MAP: HashMap<&'static str, &'static str> = {
        let mut m = HashMap::with_capacity(12, 3600);
        m.insert("af-south-1", "«account»");
        m.insert("ap-east-1", "«account»");
        m.insert("eu-isoe-west-1", "«account»");
        m
    };
}
