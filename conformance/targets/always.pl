#!/usr/bin/perl
# A dishonest relying party of contract 1.0: `perl always.pl accept` accepts every presentation, `perl always.pl reject`
# refuses every one. It looks at nothing, and must never be certified. Core modules only.
# What it tells at `begin` is right (fresh challenge, a document that holds it, the birth date seen at enrolment), so that
# the harness gets as far as the verdict and it is the verdict that is wrong.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(encode_base64 decode_base64);

use constant LARGEST => 256 * 1024;

my $lie = shift // '';
if ($lie !~ /\A(?:accept|reject)\z/ || @ARGV) {
    print STDERR "usage: perl always.pl accept|reject\n";
    exit 2;
}

my $json = JSON::PP->new->utf8->canonical;
my ($epoch, $counter, %sessions, %births, %accounts) = (undef, 0);

sub challenge {
    return join '', map { chr int rand 256 } 1 .. 32;    # nobody's security rests on this target
}

sub outcome {
    my %said = $lie eq 'accept'
        ? (decision => 'accept', reason => 'OK',
           steps => [qw(decode purpose issuer validity place challenge proof status account policy)])
        : (decision => 'reject', reason => 'BAD_SIGNATURE', steps => [qw(decode purpose issuer validity place challenge proof)]);
    $said{epoch} = $epoch if defined $epoch;
    return { outcome => \%said };
}

sub begin {
    my ($request) = @_;
    my ($name, $challenge) = ('session-' . ++$counter, challenge());
    $sessions{$name} = $request;
    my %answer = (session => $name, challenge => encode_base64($challenge, ''));
    $answer{document} = encode_base64("An agreement to nothing\nchallenge $challenge", '') if $request->{purpose} eq 'sign';
    my $holder = $request->{holder} && $request->{holder}{certificate};
    $answer{birth_date} = $births{$holder} if $request->{purpose} eq 'tap' && $holder && $births{$holder};
    return \%answer;
}

sub complete {
    my ($request) = @_;
    my ($session, $shown) = ($sessions{ $request->{session} }, $request->{presentation});
    my $certificate = $shown->{certificate};
    my $record = $shown->{chip} ? decode_base64($shown->{chip}{birth_record}) : '';
    $births{$certificate} = "$1-$2-$3" if $record =~ /\xDF\x11\x08([0-9]{4})([0-9]{2})([0-9]{2})/;
    if ($session && $lie eq 'accept' && $session->{purpose} ne 'sign') {
        my $account = $accounts{$certificate} //= {
            issuer_key => sha256_hex($certificate), serial => '1', services => [], chip_key => undef, accepted => 0 };
        push @{ $account->{services} }, $session->{service} unless grep { $_ eq $session->{service} } @{ $account->{services} };
        $account->{accepted}++;
    }
    return outcome();
}

my %verbs = (
    hello => sub {
        return { contract => '1.0', role => 'relying-party', product => "kazashi-always-$lie", version => '0.1.0',
                 capabilities => [qw(set_time enrol login tap sign account)],
                 tolerances => { clock_seconds => 0, status_seconds => 0, challenge_seconds => 300 } };
    },
    configure => sub { return {} },
    reset => sub { (%sessions, %births, %accounts) = (); return {} },
    set_time => sub { $epoch = $_[0]{epoch}; return { epoch => $epoch } },
    begin => \&begin,
    complete => \&complete,
    account => sub { return { account => $accounts{ $_[0]{certificate} } } },
);

sub broken {
    my ($what, $where, $expected, $actual) = @_;
    return { error => { what => $what, where => $where, expected => $expected, actual => $actual } };
}

# Status and answer for one whole request.
sub answer {
    my ($path, $body) = @_;
    my ($verb) = $path =~ m{\A/kazashi/v1/([a-z_]+)\z};
    return (404, broken('unknown verb', 'path', join('|', sort keys %verbs), $path)) unless $verb && $verbs{$verb};
    my $request = eval { $json->decode($body) };
    return (400, broken('bad JSON', 'body', 'an object', 'something else')) unless ref $request eq 'HASH';
    my $answer = eval { $verbs{$verb}->($request) };
    return (400, broken('bad message', 'body', "a $verb request", 'other fields')) unless $answer;
    return (200, $answer);
}

# The reply to what has arrived on a connection, or nothing while the request is not whole.
sub reply {
    my ($arrived) = @_;
    my ($head, $body) = split /\r\n\r\n/, $arrived, 2;
    return length $arrived > LARGEST ? written(413, broken('too large', 'head', LARGEST, length $arrived)) : undef
        unless defined $body;
    my ($path) = $head =~ m{\APOST (\S+) HTTP/1\.[01]\r\n};
    my ($length) = $head =~ /\r\nContent-Length:[ \t]*([0-9]{1,12})[ \t]*(?:\r\n|\z)/i;
    return written(404, broken('unknown method', 'head', 'POST', substr $head, 0, 40)) unless defined $path;
    return written(411, broken('no length', 'Content-Length', 'a number of bytes', 'absent')) unless defined $length;
    return undef if length $body < ($length > 16 * LARGEST ? 16 * LARGEST : $length);    # closed unread, it would be reset
    return written(413, broken('too large', 'body', LARGEST, $length)) if $length > LARGEST;
    return written(answer($path, substr $body, 0, $length));
}

sub written {
    my ($status, $answer) = @_;
    my $body = $json->encode($answer);
    return "HTTP/1.1 $status Answer\r\nContent-Type: application/json\r\nContent-Length: " . length($body)
        . "\r\nConnection: close\r\n\r\n$body";
}

$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$SIG{PIPE} = 'IGNORE';
my $door = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 128, Proto => 'tcp')
    or do { print STDERR "always.pl: cannot listen on 127.0.0.1: $@\n"; exit 2 };
$| = 1;
print 'listening http://127.0.0.1:', $door->sockport, "\n";

my ($waiting, %arrived) = (IO::Select->new($door));
while (1) {
    for my $ready ($waiting->can_read) {
        if ($ready == $door) {
            my $connection = $door->accept or next;
            $waiting->add($connection);
            $arrived{$connection} = '';
            next;
        }
        my $read = sysread $ready, $arrived{$ready}, 65536, length $arrived{$ready};
        my $reply = $read ? reply($arrived{$ready}) : '';
        next unless defined $reply;
        print {$ready} $reply;
        $waiting->remove($ready);
        delete $arrived{$ready};
        close $ready;
    }
}
