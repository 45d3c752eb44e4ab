az storage blob upload --account-name shopmedia --account-key "«accountkey»" -f a.png -c img -n a.png
azcopy copy ./dist "https://shopweb.blob.core.windows.net/\$web?sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2025-01-01T00:00:00Z&sig=«signature»" --recursive
