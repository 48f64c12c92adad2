<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>aspersor::BanDialog</name>
    <message numerus="yes">
        <source>Throw %n feed(s) off and keep them away for:</source>
        <translation>
            <numerusform>Throw %n feed off and keep it away for:</numerusform>
            <numerusform>Throw %n feeds off and keep them away for:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::ConfDialog</name>
    <message numerus="yes">
        <source>ffserver finds %n error(s) in this text. It will refuse it, and could not be started with it. Write it all the same?</source>
        <translation>
            <numerusform>ffserver finds %n error in this text. It will refuse it, and could not be started with it. Write it all the same?</numerusform>
            <numerusform>ffserver finds %n errors in this text. It will refuse it, and could not be started with it. Write it all the same?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n error</numerusform>
            <numerusform>%n errors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n warning</numerusform>
            <numerusform>%n warnings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::FeedCommands</name>
    <message numerus="yes">
        <source>Throw %n feed(s) off?</source>
        <translation>
            <numerusform>Throw %n feed off?</numerusform>
            <numerusform>Throw %n feeds off?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n viewer(s) will lose the picture.</source>
        <translation>
            <numerusform>%n viewer will lose the picture.</numerusform>
            <numerusform>%n viewers will lose the picture.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) were kicked.</source>
        <translation>
            <numerusform>%n feed was kicked.</numerusform>
            <numerusform>%n feeds were kicked.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) were kicked and banned.</source>
        <translation>
            <numerusform>%n feed was kicked and banned.</numerusform>
            <numerusform>%n feeds were kicked and banned.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) may publish again.</source>
        <translation>
            <numerusform>%n feed may publish again.</numerusform>
            <numerusform>%n feeds may publish again.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::FeedModel</name>
    <message numerus="yes">
        <source>%n time(s) that data was lost, damaged or broken off.</source>
        <translation>
            <numerusform>%n time data was lost, damaged or broken off.</numerusform>
            <numerusform>%n times data was lost, damaged or broken off.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::LogPanel</name>
    <message numerus="yes">
        <source>%n line(s)</source>
        <extracomment>beside the heading &quot;Log&quot;; %1 of %n lines pass the filters</extracomment>
        <translation>
            <numerusform>%n line</numerusform>
            <numerusform>%n lines</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n line(s)</source>
        <translation>
            <numerusform>%1 of %n line</numerusform>
            <numerusform>%1 of %n lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::MainWindow</name>
    <message numerus="yes">
        <source>%n feed(s) are live. Quit all the same?</source>
        <translation>
            <numerusform>%n feed is live. Quit all the same?</numerusform>
            <numerusform>%n feeds are live. Quit all the same?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::StatusStrip</name>
    <message numerus="yes">
        <source>%n feed(s) live</source>
        <translation>
            <numerusform>%n feed live</numerusform>
            <numerusform>%n feeds live</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n viewer(s)</source>
        <translation>
            <numerusform>%n viewer</numerusform>
            <numerusform>%n viewers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>FFmpeg&apos;s original ffserver, version %1, with places for %n feed(s). A further phone is turned away, viewers cannot be dropped one by one, there is no HLS, and a new configuration needs a restart.</source>
        <translation>
            <numerusform>FFmpeg&apos;s original ffserver, version %1, with a place for %n feed. A further phone is turned away, viewers cannot be dropped one by one, there is no HLS, and a new configuration needs a restart.</numerusform>
            <numerusform>FFmpeg&apos;s original ffserver, version %1, with places for %n feeds. A further phone is turned away, viewers cannot be dropped one by one, there is no HLS, and a new configuration needs a restart.</numerusform>
        </translation>
    </message>
</context>
</TS>
