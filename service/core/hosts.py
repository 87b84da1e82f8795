"""
Hosts that say something by being linked to. None decides alone: each is a clue whose weight the labels decide.
"""

# They hide where a link leads. Source: those that the labelled comments use most, and their successors.
SHORTENERS = frozenset(
    """
    adf.ly bit.ly buff.ly cutt.ly goo.gl is.gd ow.ly rb.gy rebrand.ly s.id shorturl.at t.cn t.co tiny.cc tinyurl.com
    """.split()  # noqa: SIM905
)
MESSENGERS = frozenset("chat.whatsapp.com discord.gg line.me t.me telegram.me wa.me".split())  # noqa: SIM905
# Registered domains where readers find what they cite. Spammers link to some of these as well.
# Source: what readers of news sites link to in the labelled comments; for each language of the written comments, its
# large papers, broadcasters and agencies, as Wikipedia lists them by circulation.
WELL_KNOWN = frozenset(
    """
    archive.org arxiv.org github.com github.io gitlab.com imgur.com microsoft.com mozilla.org nature.com python.org
    reddit.com snopes.com politifact.com stackexchange.com stackoverflow.com twitter.com vimeo.com wikimedia.org
    wikipedia.org worldometers.info x.com youtu.be youtube.com
    abc.net.au aljazeera.com apnews.com axios.com bbc.co.uk bbc.com bloomberg.com cbc.ca cbsnews.com cnbc.com cnn.com
    dw.com economist.com forbes.com foxnews.com france24.com ft.com globalnews.ca go.com huffpost.com independent.co.uk
    latimes.com nationalpost.com nbcnews.com newyorker.com npr.org nypost.com nytimes.com pbs.org politico.com
    politico.eu propublica.org reuters.com rte.ie irishtimes.com slate.com smh.com.au stuff.co.nz telegraph.co.uk
    theatlantic.com theglobeandmail.com theguardian.com thehindu.com thehill.com thestar.com time.com usatoday.com
    vox.com washingtonpost.com wsj.com
    ard.de bild.de derstandard.at faz.net heise.de nzz.ch orf.at spiegel.de srf.ch sueddeutsche.de tagesschau.de
    tagesspiegel.de taz.de welt.de zdf.de zeit.de
    20minutes.fr francetvinfo.fr ladepeche.fr lefigaro.fr lemonde.fr leparisien.fr lesechos.fr lesoir.be letemps.ch
    liberation.fr mediapart.fr ouest-france.fr radio-canada.ca rfi.fr
    abc.es clarin.com elconfidencial.com eldiario.es elmundo.es elpais.com eltiempo.com eluniversal.com.mx emol.com
    infobae.com lanacion.com.ar lavanguardia.com rtve.es
    estadao.com.br expresso.pt folha.uol.com.br globo.com publico.pt rtp.pt terra.com.br uol.com.br
    ansa.it corriere.it fanpage.it ilfattoquotidiano.it ilpost.it ilsole24ore.com lastampa.it rai.it repubblica.it
    ad.nl nos.nl nrc.nl standaard.be telegraaf.nl tweakers.net volkskrant.nl vrt.be
    aftenposten.no aftonbladet.se dn.se dr.dk hs.fi nrk.no politiken.dk svd.se svt.se yle.fi
    gazeta.pl interia.pl onet.pl rmf24.pl rp.pl tvn24.pl tvp.info wp.pl wyborcza.pl
    ceskatelevize.cz idnes.cz index.hu novinky.cz seznamzpravy.cz telex.hu digi24.ro hotnews.ro
    gazeta.ru kommersant.ru lenta.ru meduza.io rbc.ru ria.ru tass.ru pravda.com.ua ukrinform.ua unian.net
    cumhuriyet.com.tr haberturk.com hurriyet.com.tr milliyet.com.tr ntv.com.tr sozcu.com.tr
    ekathimerini.com kathimerini.gr
    alarabiya.net aawsat.com ahram.org.eg haaretz.co.il ynet.co.il isna.ir
    asahi.com mainichi.jp nhk.or.jp nikkei.com yahoo.co.jp yomiuri.co.jp
    chosun.com donga.com hani.co.kr joongang.co.kr naver.com yna.co.kr
    163.com ifeng.com people.com.cn scmp.com sina.com.cn thepaper.cn udn.com zaobao.com.sg zhihu.com
    detik.com kompas.com kompas.id tempo.co bangkokpost.com thairath.co.th tuoitre.vn vnexpress.net hindustantimes.com
    cdc.gov ec.europa.eu europa.eu nasa.gov nih.gov un.org who.int
    """.split()  # noqa: SIM905
)
