const key = '«apikey»'
loadScript(`https://maps.googleapis.com/maps/api/js?key=${key}`)
