bot, err := tgbotapi.NewBotAPI("«telegram-token/telegram-bot-token»")
chatID := int64(-100‹digits:10›)
