"""
Comments to measure with: about forty words each, as a news site gets them, and some spam.
"""

COMMENTS = (
    "The government said on Monday that it would not raise taxes this year, but nobody believes them any more, since "
    "they said the same thing before the last election and look what happened to all of us the week after it.",
    "I have read the whole report and the committee is right about one thing only: the money was spent before anybody "
    "had signed for it. Everything else in there is an excuse, and a badly written one, if you ask me.",
    "You people complain about everything. My father worked forty years in that factory and never once did he wait for "
    "a minister to tell him how to live. Fix the roads first, and then we can talk about your bicycle lanes.",
    "Does anyone know whether the vote will be repeated? The article says that two districts have to count again, but "
    "on the radio this morning it was three, and the mayor's office does not answer the telephone at all.",
    "What a load of rubbish. He lied, she lied, they all lied, and the paper prints it as if it were weather. Shame on "
    "you, and shame on whoever wrote that headline; my subscription ends this month and not a day later.",
    "Great post! I was looking for this information everywhere. If you need cheap essays or a loan without any checks "
    "visit http://best-loans-today.example.com and get fifty dollars of bonus on your first deposit, my friends.",
    "As somebody who teaches this subject: the figures in the second paragraph compare two different years. The source "
    "is public, see https://statistics.example.org/tables, and it says nearly the opposite of what is claimed here.",
    "I recovered my lost bitcoin with the help of a professional hacker, he is honest and fast, contact him today on "
    "Telegram and tell him that I sent you, you will thank me later because this really works for everybody.",
)
WORDS = [word for comment in COMMENTS for word in comment.split()]
