"""
Campaigns as spammers spin them: templates of our own, with synonyms at a third of their words.
"""

import random
import re

_SLOT = re.compile(r"\{([^{}]*)\}")
TEMPLATES = tuple(
    line.replace("\n", " ")
    for line in """
I {really|truly|honestly} enjoyed {reading|studying|browsing} your {great|lovely|superb} post about this topic,
{please|kindly|do} visit my {page|site|blog} for {cheap|discount|affordable} watches and {bags|purses|handbags}
with free {shipping|delivery|postage}

{Hello|Hi|Greetings} admin, your {website|blog|page} could {earn|make|gain} {much|far|way} more money from its
{visitors|readers|guests}, I {found|discovered|used} a {simple|little|clever} plugin that {doubled|tripled|boosted}
my own income in {two|three|four} weeks

My {cousin|brother|uncle} told me about a {company|firm|broker} that {recovers|restores|returns} lost
{coins|tokens}, and {within|after|in} four days they {gave|sent|brought} back all the {money|savings|funds} that
those {thieves|crooks|scammers} had {taken|stolen|drained} from my {wallet|account|balance}

{What|Such} a {wonderful|brilliant|marvellous} article, it has {solved|fixed|cleared} a {problem|puzzle|question}
that I have {fought|struggled|wrestled} with for months; {anyone|everybody|whoever} who {needs|wants|seeks} an
{essay|assignment|thesis} written by {professional|experienced|qualified} authors should {ask|contact|message} us

We {offer|provide|grant} business and {personal|private|home} loans from two {percent|procent} interest
{without|minus} any {collateral|security|guarantee} to {people|persons|clients} with {bad|poor|weak} credit, just
{write|send|drop} us a short {message|note|line} with the {amount|sum|figure} you {want|need|require}

I {earn|make|get} ninety {dollars|bucks} an {hour|evening} {working|typing|sitting} at home on my
{laptop|computer|tablet} and my {last|latest|recent} cheque was for six {thousand|grand}, the {best|nicest|finest}
job I {ever|once} {had|held|did}, open the {link|address|page} on my name

{Dear|Respected|Esteemed} webmaster, our {agency|studio|team} has {checked|examined|audited} your
{pages|articles|posts} and {noticed|spotted|found} that they do not {rank|appear|show} on the first
{page|screen|sheet} of any search engine; {reply|answer|respond} {today|now} for a {free|complimentary|gratis}
report and a {quote|price|proposal}

{Genuine|Authentic|Original} jackets and {shoes|boots|sneakers} from Italy at {half|third} the price of the
{shops|stores|malls}, we {ship|send|mail} to {every|any|each} {country|nation|place} of the world and
{return|refund|repay} your {money|payment} if the {colour|size|shape} does not {please|suit|fit} you

A {spell|prayer|ritual} caster {brought|sent|called} my {husband|boyfriend|partner} back to me in
{just|only|barely} {two|three|five} days after he had {left|deserted|abandoned} me for another {woman|girl|lady}, I
am so {happy|glad|thankful} that I must {tell|inform|show} {everybody|everyone|people} how this
{great|powerful|mighty} man {helped|saved|rescued} me

Meine {Schwester|Tante|Freundin} hat mit diesem {einfachen|simplen|schlauen} Trick in {nur|bloß} {drei|vier|sechs}
Wochen zehn Kilo {verloren|abgenommen|geschafft} und {fühlt|findet} sich {jetzt|nun|heute} wie
{neugeboren|verwandelt|verjüngt}, alle {Einzelheiten|Details|Hinweise} stehen auf der {Seite|Adresse|Homepage}
hinter meinem Namen

J'ai {trouvé|découvert|obtenu} un {crédit|prêt|financement} de {vingt|trente|quinze} mille euros grâce à un
{monsieur|prêteur|banquier} {honnête|sérieux|gentil} qui {aide|soutient|assiste} tous ceux que les
{banques|agences|caisses} {refusent|rejettent|oublient}, {écrivez|parlez|demandez} lui sans {peur|crainte|honte}
pour tout {projet|besoin|achat} sérieux

Хочу {рассказать|поведать|сообщить} как я {начал|стал|принялся} зарабатывать {дома|онлайн} без
{вложений|рисков|затрат} и опыта, {всего|лишь} два часа в {день|сутки} приносят мне {хорошие|приличные|отличные}
деньги каждую {неделю|пятницу|субботу}, кому {интересно|нужно|надо} пишите мне в {личку|телеграм|почту}
""".strip().split("\n\n")
)


def spin(template: str, chance: random.Random) -> str:
    """
    Return one of the texts that a template stands for.
    """
    return _SLOT.sub(lambda slot: chance.choice(slot[1].split("|")), template)


def slots(template: str) -> float:
    """
    Return the part of the words that have synonyms.
    """
    return len(_SLOT.findall(template)) / len(_SLOT.sub("word", template).split())
