mongoose.connect('mongodb+srv://shop:«password»@cluster0.ab1cd.mongodb.net/shop')
