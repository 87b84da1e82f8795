# Learns and scores messages with SpamAssassin's Bayes alone, in one process. The only argument is a folder for its files.
#
# Standard input holds records of one line, "ham BYTES", "spam BYTES" or "score BYTES", and so many bytes of a message.
# Standard output has a probability for each "score", 0.5 where Bayes has no opinion.
use strict;
use warnings;
use Mail::SpamAssassin;

my ($folder) = @ARGV;
my $config = <<"END";
loadplugin Mail::SpamAssassin::Plugin::Bayes
include /usr/share/spamassassin/20_aux_tlds.cf
use_bayes 1
bayes_path $folder/bayes
bayes_auto_learn 0
bayes_auto_expire 0
bayes_learn_to_journal 0
bayes_min_ham_num 1
bayes_min_spam_num 1
dns_available no
END
my $assassin = Mail::SpamAssassin->new({
    config_text => $config,
    local_tests_only => 1,
    dont_copy_prefs => 1,
    userstate_dir => $folder,
    home_dir_for_helpers => $folder,
});
# The database stays open from message to message: three times faster, and the same answers.
$assassin->init_learner({ caller_will_untie => 1 });
my ($bayes) = grep { ref eq 'Mail::SpamAssassin::Plugin::Bayes' } @{ $assassin->{plugins}{plugins} };
my $is_learning = 1;

binmode STDIN;
while (my $line = <STDIN>) {
    my ($task, $length) = $line =~ /^(ham|spam|score) (\d+)$/ or die "unknown record: $line";
    read(STDIN, my $text, $length) == $length or die "record too short";
    my $message = $assassin->parse($text, 0);
    if ($task eq 'score') {
        $assassin->finish_learner if $is_learning;
        $is_learning = 0;
        my $status = Mail::SpamAssassin::PerMsgStatus->new($assassin, $message);
        printf "%.17g\n", $bayes->scan($status, $message) // 0.5;
        $status->finish;
    } else {
        $assassin->learn($message, undef, $task eq 'spam' ? 1 : 0, 0)->finish;
    }
    $message->finish;
}
$assassin->finish;
