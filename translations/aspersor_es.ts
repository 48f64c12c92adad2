<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Aspersor</source>
        <translation>Acerca de Aspersor</translation>
    </message>
    <message>
        <source>A control room for live phone feeds: phones push video in, viewers pull it out in the format they want, and the operator sees and hears every feed.</source>
        <translation>Una sala de control para señales en directo de teléfonos: los teléfonos envían vídeo, los espectadores lo reciben en el formato que quieren y el operador ve y oye cada señal.</translation>
    </message>
    <message>
        <source>Free software under the GNU General Public License, version 3 or later. It comes without any warranty. Made with Qt %1 and FFmpeg&apos;s libraries.</source>
        <translation>Software libre bajo la Licencia Pública General de GNU, versión 3 o posterior. Se ofrece sin garantía alguna. Hecho con Qt %1 y las bibliotecas de FFmpeg.</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atajos de teclado</translation>
    </message>
</context>
<context>
    <name>ConfFile</name>
    <message>
        <source>%1 is not a file; name another configuration in the settings.</source>
        <translation>%1 no es un archivo; indique otra configuración en los ajustes.</translation>
    </message>
    <message>
        <source>%1 cannot be read (%2); check who may read it, or name another configuration in the settings.</source>
        <extracomment>%1 is a path, %2 the system&apos;s words</extracomment>
        <translation>%1 no se puede leer (%2); compruebe quién puede leerlo o indique otra configuración en los ajustes.</translation>
    </message>
    <message>
        <source>%1 has more than 1 MiB, which is too much for this editor; use another, or name another configuration in the settings.</source>
        <translation>%1 tiene más de 1 MiB, demasiado para este editor; use otro o indique otra configuración en los ajustes.</translation>
    </message>
    <message>
        <source>%1 is not a text file; name another configuration in the settings.</source>
        <translation>%1 no es un archivo de texto; indique otra configuración en los ajustes.</translation>
    </message>
    <message>
        <source>Nothing was changed, because the file as it was cannot be kept as %1 (%2); check who may write to its folder and whether the disk is full.</source>
        <extracomment>%1 is a path, %2 the system&apos;s words</extracomment>
        <translation>No se ha cambiado nada, porque el archivo anterior no se puede guardar como %1 (%2); compruebe quién puede escribir en su carpeta y si el disco está lleno.</translation>
    </message>
    <message>
        <source>%1 cannot be written (%2); check who may write to it and whether the disk is full. The file is as it was.</source>
        <extracomment>%1 is a path, %2 the system&apos;s words</extracomment>
        <translation>%1 no se puede escribir (%2); compruebe quién puede escribir en él y si el disco está lleno. El archivo está como estaba.</translation>
    </message>
</context>
<context>
    <name>FeedTexts</name>
    <message>
        <source>%1 kb/s</source>
        <extracomment>%1 is a number such as 2,450; the unit is kilobits (1000 bits) per second</extracomment>
        <translation>%1 kb/s</translation>
    </message>
    <message>
        <source>%1 Mb/s</source>
        <extracomment>%1 is a number such as 7.4; the unit is megabits per second</extracomment>
        <translation>%1 Mb/s</translation>
    </message>
    <message>
        <source>Live</source>
        <extracomment>state of a feed: a phone is sending it</extracomment>
        <translation>En vivo</translation>
    </message>
    <message>
        <source>Away</source>
        <extracomment>state of a feed: its phone broke off and may come back</extracomment>
        <translation>Ausente</translation>
    </message>
    <message>
        <source>Ended</source>
        <extracomment>state of a feed: its phone did not come back</extracomment>
        <translation>Terminada</translation>
    </message>
    <message>
        <source>Banned %1</source>
        <extracomment>state of a feed: its phone may not come back for the time %1, such as 9:32</extracomment>
        <translation>Vetada %1</translation>
    </message>
    <message>
        <source>Kicked</source>
        <extracomment>state of a feed: the operator threw its phone off</extracomment>
        <translation>Expulsada</translation>
    </message>
    <message>
        <source>A phone is sending this feed.</source>
        <translation>Un teléfono está enviando esta señal.</translation>
    </message>
    <message>
        <source>The phone broke off. Its viewers stay connected, and go on when it returns.</source>
        <translation>El teléfono se cortó. Sus espectadores siguen conectados y continuarán cuando vuelva.</translation>
    </message>
    <message>
        <source>The phone did not come back in time; its viewers were sent home.</source>
        <translation>El teléfono no volvió a tiempo; se despidió a sus espectadores.</translation>
    </message>
    <message>
        <source>You kicked this phone and banned it for a time. Let it back in to end the ban now.</source>
        <translation>Ha expulsado este teléfono y lo ha vetado durante un tiempo. Readmítalo para terminar el veto ahora.</translation>
    </message>
    <message>
        <source>You kicked this phone. It cannot publish again until you let it back in.</source>
        <translation>Ha expulsado este teléfono. No podrá publicar de nuevo hasta que lo readmita.</translation>
    </message>
</context>
<context>
    <name>QLineEdit</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Deshacer</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Rehacer</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Cor&amp;tar</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Copiar</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Pegar</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Borrar</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Seleccionar todo</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>OK</source>
        <translation>Aceptar</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Guardar</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Abrir</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Ayuda</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Descartar</translation>
    </message>
    <message>
        <source>&amp;Yes</source>
        <translation>&amp;Sí</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>&amp;No</translation>
    </message>
</context>
<context>
    <name>QWidgetTextControl</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Deshacer</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Rehacer</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Cor&amp;tar</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Copiar</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Pegar</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Borrar</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Seleccionar todo</translation>
    </message>
</context>
<context>
    <name>aspersor::BanDialog</name>
    <message>
        <source>Kick and ban</source>
        <translation>Expulsar y vetar</translation>
    </message>
    <message>
        <source>Throw %1 off and keep it away for:</source>
        <translation>Expulsar %1 y no readmitirla durante:</translation>
    </message>
    <message numerus="yes">
        <source>Throw %n feed(s) off and keep them away for:</source>
        <translation>
            <numerusform>Expulsar %n señal y no readmitirla durante:</numerusform>
            <numerusform>Expulsar %n señales y no readmitirlas durante:</numerusform>
        </translation>
    </message>
    <message>
        <source>1 &amp;minute</source>
        <translation>1 &amp;minuto</translation>
    </message>
    <message>
        <source>1&amp;0 minutes</source>
        <translation>1&amp;0 minutos</translation>
    </message>
    <message>
        <source>1 &amp;hour</source>
        <translation>1 &amp;hora</translation>
    </message>
    <message>
        <source>&amp;Another time:</source>
        <translation>&amp;Otro tiempo:</translation>
    </message>
    <message>
        <source>Amount of time</source>
        <translation>Cantidad de tiempo</translation>
    </message>
    <message>
        <source>Unit of time</source>
        <translation>Unidad de tiempo</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>segundos</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>minutos</translation>
    </message>
    <message>
        <source>hours</source>
        <translation>horas</translation>
    </message>
    <message>
        <source>You can let it back in at any time.</source>
        <translation>Puede readmitirla en cualquier momento.</translation>
    </message>
    <message>
        <source>&amp;Kick and ban</source>
        <translation>&amp;Expulsar y vetar</translation>
    </message>
</context>
<context>
    <name>aspersor::ConfDialog</name>
    <message>
        <source>There is no file %1 yet; Apply makes it.</source>
        <translation>Todavía no hay un archivo %1; Aplicar lo crea.</translation>
    </message>
    <message>
        <source>Configuration of ffserver</source>
        <translation>Configuración de ffserver</translation>
    </message>
    <message>
        <source>The file is no longer there: another program has removed it. Keep this text, and Apply makes the file again.</source>
        <translation>El archivo ya no está: otro programa lo ha borrado. Conserve este texto, y Aplicar creará el archivo de nuevo.</translation>
    </message>
    <message>
        <source>Another program has changed the file, and there are changes here, too.</source>
        <translation>Otro programa ha cambiado el archivo, y aquí también hay cambios.</translation>
    </message>
    <message>
        <source>The file was changed by another program, and is loaded again.</source>
        <translation>Otro programa ha cambiado el archivo, y se ha cargado de nuevo.</translation>
    </message>
    <message>
        <source>Revert</source>
        <translation>Descartar</translation>
    </message>
    <message>
        <source>Drop your changes and go back to what is in the file?</source>
        <translation>¿Descartar sus cambios y volver a lo que hay en el archivo?</translation>
    </message>
    <message>
        <source>&amp;Drop the changes</source>
        <translation>&amp;Descartar los cambios</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Aplicar</translation>
    </message>
    <message numerus="yes">
        <source>ffserver finds %n error(s) in this text. It will refuse it, and could not be started with it. Write it all the same?</source>
        <translation>
            <numerusform>ffserver encuentra %n error en este texto. Lo rechazará y no podría iniciarse con él. ¿Escribirlo de todos modos?</numerusform>
            <numerusform>ffserver encuentra %n errores en este texto. Lo rechazará y no podría iniciarse con él. ¿Escribirlo de todos modos?</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Write it all the same</source>
        <translation>&amp;Escribirlo de todos modos</translation>
    </message>
    <message>
        <source>The file is written. ffserver uses another one, which the settings name.</source>
        <translation>El archivo está escrito. ffserver usa otro, el que indican los ajustes.</translation>
    </message>
    <message>
        <source>The file is written; ffserver is reading it…</source>
        <translation>El archivo está escrito; ffserver lo está leyendo…</translation>
    </message>
    <message>
        <source>ffserver has taken it up. The file as it was is kept as %1.</source>
        <translation>ffserver ya lo usa. El archivo anterior se conserva como %1.</translation>
    </message>
    <message>
        <source>HTTPPort, HTTPBindAddress, RTSPPort, RTSPBindAddress, FeedSocket and Workers hold only after a restart of ffserver; viewers have to connect again then.</source>
        <translation>HTTPPort, HTTPBindAddress, RTSPPort, RTSPBindAddress, FeedSocket y Workers solo valen después de reiniciar ffserver; los espectadores deben reconectarse entonces.</translation>
    </message>
    <message>
        <source>The file is written, but ffserver has refused it (%1) and goes on with what it had. Correct it before ffserver is started again.</source>
        <translation>El archivo está escrito, pero ffserver lo ha rechazado (%1) y sigue con lo que tenía. Corríjalo antes de que ffserver se inicie de nuevo.</translation>
    </message>
    <message>
        <source>The file is written. ffserver was not running, and is being started with it.</source>
        <translation>El archivo está escrito. ffserver no estaba en marcha y se está iniciando con él.</translation>
    </message>
    <message>
        <source>The file is written. An original ffserver reads it only when it starts; viewers have to connect again then.</source>
        <translation>El archivo está escrito. Un ffserver original solo lo lee al iniciarse; los espectadores deben reconectarse entonces.</translation>
    </message>
    <message>
        <source>The file is written, but it is not known whether ffserver has taken it up: %1.</source>
        <extracomment>%1 is an English clause such as &quot;ffserver did not answer within 10 s&quot;</extracomment>
        <translation>El archivo está escrito, pero no se sabe si ffserver ya lo usa: %1.</translation>
    </message>
    <message>
        <source>&amp;Go on editing</source>
        <translation>&amp;Seguir editando</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Your changes to the configuration are not applied. Drop them?</source>
        <translation>Sus cambios en la configuración no se han aplicado. ¿Descartarlos?</translation>
    </message>
    <message>
        <source>&amp;Load the file</source>
        <translation>&amp;Cargar el archivo</translation>
    </message>
    <message>
        <source>Take what is in the file now, and drop what was changed here</source>
        <translation>Tomar lo que hay ahora en el archivo y descartar lo que se cambió aquí</translation>
    </message>
    <message>
        <source>&amp;Keep mine</source>
        <translation>Conser&amp;var lo mío</translation>
    </message>
    <message>
        <source>Go on with this text; Apply replaces the file, and keeps it as it was beside it</source>
        <translation>Seguir con este texto; Aplicar sustituye el archivo y conserva el anterior a su lado</translation>
    </message>
    <message>
        <source>&amp;Restart ffserver</source>
        <translation>&amp;Reiniciar ffserver</translation>
    </message>
    <message>
        <source>End ffserver and start it anew; phones stay connected</source>
        <translation>Terminar ffserver e iniciarlo de nuevo; los teléfonos siguen conectados</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Archivo</translation>
    </message>
    <message>
        <source>Who checks it</source>
        <translation>Quién lo comprueba</translation>
    </message>
    <message>
        <source>Where the cursor is</source>
        <translation>Dónde está el cursor</translation>
    </message>
    <message>
        <source>Line %1, column %2</source>
        <translation>Línea %1, columna %2</translation>
    </message>
    <message>
        <source>What is said of this line</source>
        <translation>Qué se dice de esta línea</translation>
    </message>
    <message>
        <source>What the check said</source>
        <translation>Qué dijo la comprobación</translation>
    </message>
    <message>
        <source>&amp;Use the suggestion</source>
        <translation>&amp;Usar la sugerencia</translation>
    </message>
    <message>
        <source>Write the word that was probably meant</source>
        <translation>Escribir la palabra que probablemente se quería</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Resultados</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Tipo</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>Línea</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>Columna</translation>
    </message>
    <message>
        <source>What ffserver says</source>
        <translation>Qué dice ffserver</translation>
    </message>
    <message>
        <source>Enter or a double click goes to the line; F8 to the next finding, Shift+F8 to the one before</source>
        <translation>Intro o un doble clic van a la línea; F8 al resultado siguiente, Mayús+F8 al anterior</translation>
    </message>
    <message>
        <source>What ffserver answered</source>
        <translation>Qué respondió ffserver</translation>
    </message>
    <message>
        <source>&amp;Check</source>
        <translation>&amp;Comprobar</translation>
    </message>
    <message>
        <source>Ask ffserver what it says of this text, without applying it</source>
        <translation>Preguntar a ffserver qué dice de este texto, sin aplicarlo</translation>
    </message>
    <message>
        <source>Re&amp;vert</source>
        <translation>&amp;Descartar</translation>
    </message>
    <message>
        <source>Back to what is in the file</source>
        <translation>Volver a lo que hay en el archivo</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>&amp;Aplicar</translation>
    </message>
    <message>
        <source>Write the file, and have ffserver take it up</source>
        <translation>Escribir el archivo y hacer que ffserver lo use</translation>
    </message>
    <message>
        <source>Cl&amp;ose</source>
        <translation>C&amp;errar</translation>
    </message>
    <message>
        <source>Close this window</source>
        <translation>Cerrar esta ventana</translation>
    </message>
    <message>
        <source>It cannot be checked: %1.</source>
        <extracomment>%1 is an English clause</extracomment>
        <translation>No se puede comprobar: %1.</translation>
    </message>
    <message>
        <source>The program in use is FFmpeg&apos;s original ffserver, version %1. The check shows what Aspersor&apos;s own (version %2) says, and which streams the original will not serve.</source>
        <translation>El programa en uso es el ffserver original de FFmpeg, versión %1. La comprobación muestra lo que dice el propio de Aspersor (versión %2) y qué flujos no servirá el original.</translation>
    </message>
    <message>
        <source>Checked while you type by Aspersor&apos;s ffserver, version %1.</source>
        <translation>Lo comprueba mientras escribe el ffserver de Aspersor, versión %1.</translation>
    </message>
    <message>
        <source>Not checked.</source>
        <translation>Sin comprobar.</translation>
    </message>
    <message>
        <source>Nothing is wrong with this text.</source>
        <translation>Este texto no tiene errores.</translation>
    </message>
    <message>
        <source>%1, and more that are not listed</source>
        <translation>%1, y más que no se muestran</translation>
    </message>
    <message>
        <source>%1; ffserver can use it</source>
        <translation>%1; ffserver puede usarlo</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Aviso</translation>
    </message>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n error</numerusform>
            <numerusform>%n errores</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n aviso</numerusform>
            <numerusform>%n avisos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::ConfEditor</name>
    <message>
        <source>Error: %1</source>
        <translation>Error: %1</translation>
    </message>
    <message>
        <source>Warning: %1</source>
        <translation>Aviso: %1</translation>
    </message>
</context>
<context>
    <name>aspersor::ConnectDialog</name>
    <message>
        <source>Connect a phone</source>
        <translation>Conectar un teléfono</translation>
    </message>
    <message>
        <source>Type this address into the phone&apos;s streaming app, or let the phone scan the code. Phone and computer must be in the same network.</source>
        <translation>Escriba esta dirección en la aplicación de emisión del teléfono, o escanee el código con él. El teléfono y el ordenador deben estar en la misma red.</translation>
    </message>
    <message>
        <source>The network addresses of this computer</source>
        <translation>Las direcciones de red de este ordenador</translation>
    </message>
    <message>
        <source>%1 (this computer only)</source>
        <translation>%1 (solo este ordenador)</translation>
    </message>
    <message>
        <source>&amp;Computer:</source>
        <translation>&amp;Ordenador:</translation>
    </message>
    <message>
        <source>Letters, digits, dot, dash and underscore; each phone needs its own name</source>
        <translation>Letras, cifras, punto, guion y guion bajo; cada teléfono necesita su propio nombre</translation>
    </message>
    <message>
        <source>Feed &amp;name:</source>
        <translation>&amp;Nombre de la señal:</translation>
    </message>
    <message>
        <source>Use 1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot.</source>
        <translation>Use de 1 a 64 letras, cifras, puntos, guiones o guiones bajos, sin empezar por un punto.</translation>
    </message>
    <message>
        <source>Show the key</source>
        <translation>Mostrar la clave</translation>
    </message>
    <message>
        <source>Not needed: the settings let anyone publish.</source>
        <translation>No hace falta: los ajustes permiten publicar a cualquiera.</translation>
    </message>
    <message>
        <source>Key:</source>
        <translation>Clave:</translation>
    </message>
    <message>
        <source>Copy the key</source>
        <translation>Copiar la clave</translation>
    </message>
    <message>
        <source>&amp;Key:</source>
        <translation>C&amp;lave:</translation>
    </message>
    <message>
        <source>&amp;Address:</source>
        <translation>&amp;Dirección:</translation>
    </message>
    <message>
        <source>Copy the address with its key</source>
        <translation>Copiar la dirección con su clave</translation>
    </message>
    <message>
        <source>With &amp;ffmpeg:</source>
        <translation>Con &amp;ffmpeg:</translation>
    </message>
    <message>
        <source>Copy the command with the key</source>
        <translation>Copiar la orden con la clave</translation>
    </message>
    <message>
        <source>Show the key to see the code: it holds the key.</source>
        <translation>Muestre la clave para ver el código: este la contiene.</translation>
    </message>
</context>
<context>
    <name>aspersor::FeedCommands</name>
    <message>
        <source>AAC (sound only)</source>
        <translation>AAC (solo sonido)</translation>
    </message>
    <message>
        <source>&amp;Kick…</source>
        <translation>&amp;Expulsar…</translation>
    </message>
    <message>
        <source>Kick</source>
        <translation>Expulsar</translation>
    </message>
    <message>
        <source>Throw the selected feed&apos;s phone off</source>
        <translation>Desconectar el teléfono de la señal elegida</translation>
    </message>
    <message>
        <source>Kick and &amp;ban…</source>
        <translation>Expulsar y &amp;vetar…</translation>
    </message>
    <message>
        <source>Ban</source>
        <translation>Vetar</translation>
    </message>
    <message>
        <source>Throw the phone off and keep it away for a time</source>
        <translation>Desconectar el teléfono y no readmitirlo durante un tiempo</translation>
    </message>
    <message>
        <source>&amp;Let back in</source>
        <translation>&amp;Readmitir</translation>
    </message>
    <message>
        <source>Let back in</source>
        <translation>Readmitir</translation>
    </message>
    <message>
        <source>Let a phone that was kicked publish again</source>
        <translation>Permitir que un teléfono expulsado vuelva a publicar</translation>
    </message>
    <message>
        <source>&amp;Undo the kick</source>
        <translation>&amp;Deshacer la expulsión</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
    <message>
        <source>Let the phone that was kicked last back in</source>
        <translation>Readmitir el último teléfono expulsado</translation>
    </message>
    <message>
        <source>&amp;Copy stream address</source>
        <translation>&amp;Copiar la dirección del flujo</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Copiar la dirección</translation>
    </message>
    <message>
        <source>Copy the address under which viewers see the feed</source>
        <translation>Copiar la dirección en la que los espectadores ven la señal</translation>
    </message>
    <message>
        <source>&amp;Open in player</source>
        <translation>&amp;Abrir en el reproductor</translation>
    </message>
    <message>
        <source>Open in player</source>
        <translation>Abrir en el reproductor</translation>
    </message>
    <message>
        <source>Watch the feed in a media player, as viewers see it</source>
        <translation>Ver la señal en un reproductor, como la ven los espectadores</translation>
    </message>
    <message>
        <source>Copy address &amp;as</source>
        <translation>Copiar la dirección c&amp;omo</translation>
    </message>
    <message>
        <source>Open &amp;with</source>
        <translation>Abrir co&amp;n</translation>
    </message>
    <message>
        <source>Throw %1 off?</source>
        <translation>¿Expulsar %1?</translation>
    </message>
    <message numerus="yes">
        <source>Throw %n feed(s) off?</source>
        <translation>
            <numerusform>¿Expulsar %n señal?</numerusform>
            <numerusform>¿Expulsar %n señales?</numerusform>
        </translation>
    </message>
    <message>
        <source>The phone is disconnected and cannot publish again until you let it back in.</source>
        <translation>El teléfono se desconecta y no podrá publicar de nuevo hasta que lo readmita.</translation>
    </message>
    <message numerus="yes">
        <source>%n viewer(s) will lose the picture.</source>
        <translation>
            <numerusform>%n espectador perderá la imagen.</numerusform>
            <numerusform>%n espectadores perderán la imagen.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Don&apos;t ask again in this session</source>
        <translation>&amp;No volver a preguntar en esta sesión</translation>
    </message>
    <message>
        <source>&amp;Kick</source>
        <translation>&amp;Expulsar</translation>
    </message>
    <message>
        <source>%1 was kicked.</source>
        <translation>%1: expulsada.</translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) were kicked.</source>
        <translation>
            <numerusform>%n señal expulsada.</numerusform>
            <numerusform>%n señales expulsadas.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 was kicked and banned.</source>
        <translation>%1: expulsada y vetada.</translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) were kicked and banned.</source>
        <translation>
            <numerusform>%n señal expulsada y vetada.</numerusform>
            <numerusform>%n señales expulsadas y vetadas.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 may publish again.</source>
        <translation>%1 puede publicar de nuevo.</translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) may publish again.</source>
        <translation>
            <numerusform>%n señal puede publicar de nuevo.</numerusform>
            <numerusform>%n señales pueden publicar de nuevo.</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no address yet: ffserver is not running.</source>
        <translation>Todavía no hay dirección: ffserver no está en marcha.</translation>
    </message>
    <message>
        <source>Copied: %1</source>
        <translation>Copiado: %1</translation>
    </message>
    <message>
        <source>ffserver offers no stream of this feed</source>
        <translation>ffserver no ofrece ningún flujo de esta señal</translation>
    </message>
    <message>
        <source>The &amp;desktop&apos;s choice</source>
        <translation>El del &amp;escritorio</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>Abriendo %1</translation>
    </message>
    <message>
        <source>No player could be started. Install mpv, VLC or ffplay, or copy the address instead.</source>
        <translation>No se pudo iniciar ningún reproductor. Instale mpv, VLC o ffplay, o bien copie la dirección.</translation>
    </message>
    <message>
        <source>%1 (not with this ffserver)</source>
        <extracomment>%1 is a format such as MP4</extracomment>
        <translation>%1 (no con este ffserver)</translation>
    </message>
    <message>
        <source>%1 is not served: %2.</source>
        <extracomment>%1 is a stream&apos;s name such as *.mp4, %2 an English clause</extracomment>
        <translation>%1 no se sirve: %2.</translation>
    </message>
</context>
<context>
    <name>aspersor::FeedModel</name>
    <message>
        <source>Feed</source>
        <translation>Señal</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Source</source>
        <extracomment>column heading: the network address of the phone</extracomment>
        <translation>Origen</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>Vídeo</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>Audio</translation>
    </message>
    <message>
        <source>fps</source>
        <extracomment>column heading: pictures per second</extracomment>
        <translation>fps</translation>
    </message>
    <message>
        <source>Bitrate</source>
        <translation>Tasa de bits</translation>
    </message>
    <message>
        <source>Total</source>
        <extracomment>column heading: how much data has come in</extracomment>
        <translation>Total</translation>
    </message>
    <message>
        <source>Uptime</source>
        <extracomment>column heading: for how long the feed has been there</extracomment>
        <translation>Tiempo</translation>
    </message>
    <message>
        <source>Viewers</source>
        <translation>Público</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Errores</translation>
    </message>
    <message>
        <source>Now %1. In the last minute: mean %2, highest %3.</source>
        <translation>Ahora %1. En el último minuto: media %2, máximo %3.</translation>
    </message>
    <message numerus="yes">
        <source>%n time(s) that data was lost, damaged or broken off.</source>
        <translation>
            <numerusform>%n vez en que se perdieron, dañaron o cortaron datos.</numerusform>
            <numerusform>%n veces en que se perdieron, dañaron o cortaron datos.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>aspersor::FeedPage</name>
    <message>
        <source>No phone is connected yet</source>
        <translation>Aún no hay ningún teléfono conectado</translation>
    </message>
    <message>
        <source>Opening the port for phones…</source>
        <translation>Abriendo el puerto para los teléfonos…</translation>
    </message>
    <message>
        <source>Phones send their video to %1.&lt;br&gt;A feed appears here as soon as one does.</source>
        <translation>Los teléfonos envían su vídeo a %1.&lt;br&gt;En cuanto uno lo haga, su señal aparecerá aquí.</translation>
    </message>
    <message>
        <source>No phone is connected</source>
        <translation>No hay ningún teléfono conectado</translation>
    </message>
</context>
<context>
    <name>aspersor::FeedTable</name>
    <message>
        <source>Feeds</source>
        <translation>Señales</translation>
    </message>
    <message>
        <source>One row for each feed that a phone publishes.</source>
        <translation>Una fila por cada señal que publica un teléfono.</translation>
    </message>
    <message>
        <source>&amp;Fit columns to the window</source>
        <translation>&amp;Ajustar las columnas a la ventana</translation>
    </message>
    <message>
        <source>No feed matches the filter.</source>
        <translation>Ninguna señal cumple el filtro.</translation>
    </message>
</context>
<context>
    <name>aspersor::LogModel</name>
    <message>
        <source>Time</source>
        <translation>Hora</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Nivel</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>Señal</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Debug</source>
        <translation>Depuración</translation>
    </message>
    <message>
        <source>Info</source>
        <translation>Info</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Aviso</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
</context>
<context>
    <name>aspersor::LogPanel</name>
    <message>
        <source>&amp;Follow new lines</source>
        <translation>&amp;Seguir las líneas nuevas</translation>
    </message>
    <message>
        <source>Keep the newest line in sight; scrolling up pauses</source>
        <translation>Mantener a la vista la línea más nueva; al subir se detiene</translation>
    </message>
    <message>
        <source>&amp;Only the selected feed</source>
        <translation>S&amp;olo la señal elegida</translation>
    </message>
    <message>
        <source>Show only lines about the selected feed</source>
        <translation>Mostrar solo las líneas de la señal elegida</translation>
    </message>
    <message>
        <source>&amp;Copy log lines</source>
        <translation>&amp;Copiar las líneas</translation>
    </message>
    <message>
        <source>Copy the selected lines</source>
        <translation>Copiar las líneas elegidas</translation>
    </message>
    <message>
        <source>&amp;Save the log…</source>
        <translation>&amp;Guardar el registro…</translation>
    </message>
    <message>
        <source>Save the lines shown to a file</source>
        <translation>Guardar en un archivo las líneas mostradas</translation>
    </message>
    <message>
        <source>C&amp;lear the log</source>
        <translation>&amp;Vaciar el registro</translation>
    </message>
    <message>
        <source>Empty this list; the log file keeps every line</source>
        <translation>Vaciar esta lista; el archivo de registro conserva todas las líneas</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Lowest level shown</source>
        <translation>Nivel mínimo mostrado</translation>
    </message>
    <message>
        <source>Show lines of this level and above</source>
        <translation>Mostrar las líneas de este nivel y superiores</translation>
    </message>
    <message>
        <source>Filter the log</source>
        <translation>Filtrar el registro</translation>
    </message>
    <message>
        <source>Show lines with these words</source>
        <translation>Mostrar las líneas con estas palabras</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <extracomment>beside the heading &quot;Log&quot;; %1 of %n lines pass the filters</extracomment>
        <translation>
            <numerusform>%n línea</numerusform>
            <numerusform>%n líneas</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n line(s)</source>
        <translation>
            <numerusform>%1 de %n línea</numerusform>
            <numerusform>%1 de %n líneas</numerusform>
        </translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>Guardar el registro</translation>
    </message>
    <message>
        <source>Log files (*.log *.txt);;All files (*)</source>
        <translation>Archivos de registro (*.log *.txt);;Todos los archivos (*)</translation>
    </message>
    <message>
        <source>The log could not be saved as %1: %2. Choose another folder.</source>
        <translation>El registro no se pudo guardar como %1: %2. Elija otra carpeta.</translation>
    </message>
</context>
<context>
    <name>aspersor::LogView</name>
    <message>
        <source>Log lines</source>
        <translation>Líneas del registro</translation>
    </message>
</context>
<context>
    <name>aspersor::MainWindow</name>
    <message>
        <source>Viewers see nothing, because ffserver cannot run: %1.</source>
        <extracomment>%1 is an English clause such as &quot;port 8090 is taken&quot;</extracomment>
        <translation>Los espectadores no ven nada, porque ffserver no puede funcionar: %1.</translation>
    </message>
    <message>
        <source>Quit Aspersor</source>
        <translation>Salir de Aspersor</translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) are live. Quit all the same?</source>
        <translation>
            <numerusform>%n señal está en vivo. ¿Salir de todos modos?</numerusform>
            <numerusform>%n señales están en vivo. ¿Salir de todos modos?</numerusform>
        </translation>
    </message>
    <message>
        <source>Every phone is disconnected and every viewer loses the picture.</source>
        <translation>Se desconectan todos los teléfonos y todos los espectadores pierden la imagen.</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Salir</translation>
    </message>
    <message>
        <source>&amp;Connect a phone…</source>
        <translation>&amp;Conectar un teléfono…</translation>
    </message>
    <message>
        <source>Show what to type into a phone</source>
        <translation>Mostrar lo que hay que escribir en el teléfono</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Ajustes…</translation>
    </message>
    <message>
        <source>Ports, publish key, limits, language</source>
        <translation>Puertos, clave de publicación, límites, idioma</translation>
    </message>
    <message>
        <source>End Aspersor and every feed</source>
        <translation>Terminar Aspersor y todas las señales</translation>
    </message>
    <message>
        <source>&amp;Let back in</source>
        <translation>&amp;Readmitir</translation>
    </message>
    <message>
        <source>Let the phone publish again</source>
        <translation>Permitir que el teléfono vuelva a publicar</translation>
    </message>
    <message>
        <source>&amp;Find a feed</source>
        <translation>&amp;Buscar una señal</translation>
    </message>
    <message>
        <source>Go to the filter of the feeds</source>
        <translation>Ir al filtro de las señales</translation>
    </message>
    <message>
        <source>Find in the lo&amp;g</source>
        <translation>&amp;Buscar en el registro</translation>
    </message>
    <message>
        <source>Go to the filter of the log</source>
        <translation>Ir al filtro del registro</translation>
    </message>
    <message>
        <source>Go to the f&amp;eeds</source>
        <translation>Ir a las &amp;señales</translation>
    </message>
    <message>
        <source>Go to the table of the feeds</source>
        <translation>Ir a la tabla de las señales</translation>
    </message>
    <message>
        <source>Show the &amp;preview</source>
        <translation>Mostrar la &amp;vista previa</translation>
    </message>
    <message>
        <source>Show or hide the preview</source>
        <translation>Mostrar u ocultar la vista previa</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>Mostrar el &amp;registro</translation>
    </message>
    <message>
        <source>Show or hide the log</source>
        <translation>Mostrar u ocultar el registro</translation>
    </message>
    <message>
        <source>&amp;Restart ffserver</source>
        <translation>&amp;Reiniciar ffserver</translation>
    </message>
    <message>
        <source>End ffserver and start it anew; phones stay connected</source>
        <translation>Terminar ffserver e iniciarlo de nuevo; los teléfonos siguen conectados</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Atajos de teclado</translation>
    </message>
    <message>
        <source>Every key that does something</source>
        <translation>Todas las teclas que hacen algo</translation>
    </message>
    <message>
        <source>&amp;About Aspersor</source>
        <translation>Acerca &amp;de Aspersor</translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation>Versión y licencia</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Como el &amp;sistema</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Claro</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Oscuro</translation>
    </message>
    <message>
        <source>&amp;Aspersor</source>
        <translation>&amp;Aspersor</translation>
    </message>
    <message>
        <source>&amp;Feed</source>
        <translation>&amp;Señal</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ver</translation>
    </message>
    <message>
        <source>P&amp;review</source>
        <translation>Vista &amp;previa</translation>
    </message>
    <message>
        <source>&amp;Columns</source>
        <translation>&amp;Columnas</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>&amp;Apariencia</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>&amp;Registro</translation>
    </message>
    <message>
        <source>&amp;Server</source>
        <translation>Servi&amp;dor</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;yuda</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Herramientas</translation>
    </message>
    <message>
        <source>Connect a phone</source>
        <translation>Conectar un teléfono</translation>
    </message>
    <message>
        <source>Filter the feeds</source>
        <translation>Filtrar las señales</translation>
    </message>
    <message>
        <source>Show feeds with these words in name, state, source, video or audio (%1)</source>
        <translation>Mostrar las señales con estas palabras en nombre, estado, origen, vídeo o audio (%1)</translation>
    </message>
    <message>
        <source>Select a feed to see and hear it here.</source>
        <translation>Elija una señal para verla y oírla aquí.</translation>
    </message>
    <message>
        <source>Copied: %1</source>
        <translation>Copiado: %1</translation>
    </message>
    <message>
        <source>&amp;Edit configuration…</source>
        <translation>&amp;Editar la configuración…</translation>
    </message>
    <message>
        <source>Change in which formats viewers get the feeds, while ffserver runs</source>
        <translation>Cambiar en qué formatos reciben los espectadores las señales, con ffserver en marcha</translation>
    </message>
</context>
<context>
    <name>aspersor::NoticeBar</name>
    <message>
        <source>Problem</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Nota</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Cerrar este mensaje</translation>
    </message>
</context>
<context>
    <name>aspersor::PreviewPanel</name>
    <message>
        <source>Nothing to preview</source>
        <translation>Nada que mostrar</translation>
    </message>
    <message>
        <source>Select a feed to see and hear it here.</source>
        <translation>Elija una señal para verla y oírla aquí.</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>terminada</translation>
    </message>
    <message>
        <source>%1 has ended</source>
        <translation>%1 ha terminado</translation>
    </message>
    <message>
        <source>It plays here again when a phone sends it again.</source>
        <translation>Se verá aquí de nuevo cuando un teléfono la vuelva a enviar.</translation>
    </message>
    <message>
        <source>thrown off</source>
        <translation>expulsada</translation>
    </message>
    <message>
        <source>%1 was thrown off</source>
        <translation>%1: expulsada</translation>
    </message>
    <message>
        <source>Let it back in to see it again.</source>
        <translation>Readmítala para volver a verla.</translation>
    </message>
    <message>
        <source>away: waiting for the phone</source>
        <translation>ausente: esperando al teléfono</translation>
    </message>
    <message>
        <source>%1 is away</source>
        <translation>%1 está ausente</translation>
    </message>
    <message>
        <source>Waiting for the phone.</source>
        <translation>Esperando al teléfono.</translation>
    </message>
    <message>
        <source>no stream yet: trying again</source>
        <translation>aún no hay flujo: se vuelve a intentar</translation>
    </message>
    <message>
        <source>%1 cannot be opened as a viewer</source>
        <translation>%1 no se puede abrir como espectador</translation>
    </message>
    <message>
        <source>ffserver does not serve it at the moment. Trying again.</source>
        <translation>ffserver no la sirve en este momento. Se vuelve a intentar.</translation>
    </message>
    <message>
        <source>not on the air</source>
        <translation>no está en el aire</translation>
    </message>
    <message>
        <source>%1 is not on the air</source>
        <translation>%1 no está en el aire</translation>
    </message>
    <message>
        <source>It plays here when a phone sends it.</source>
        <translation>Se verá aquí cuando un teléfono la envíe.</translation>
    </message>
    <message>
        <source>cannot be decoded</source>
        <translation>no se puede descodificar</translation>
    </message>
    <message>
        <source>%1 cannot be shown here</source>
        <translation>%1 no se puede mostrar aquí</translation>
    </message>
    <message>
        <source>There is no decoder for what it sends. Viewers get it all the same.</source>
        <translation>No hay descodificador para lo que envía. Los espectadores la reciben de todos modos.</translation>
    </message>
    <message>
        <source>nothing comes in at the moment</source>
        <translation>no llega nada en este momento</translation>
    </message>
    <message>
        <source>waiting for the first picture</source>
        <translation>esperando la primera imagen</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>Abriendo %1</translation>
    </message>
    <message>
        <source>Waiting for the first picture.</source>
        <translation>Esperando la primera imagen.</translation>
    </message>
    <message>
        <source>as viewers see it</source>
        <translation>como la ven los espectadores</translation>
    </message>
    <message>
        <source>live</source>
        <translation>en vivo</translation>
    </message>
    <message>
        <source>%1 sends sound only</source>
        <translation>%1 envía solo sonido</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vista previa</translation>
    </message>
    <message>
        <source>&amp;Mute</source>
        <translation>&amp;Silenciar</translation>
    </message>
    <message>
        <source>Mute or unmute the preview</source>
        <translation>Silenciar la vista previa o devolverle el sonido</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>&amp;Pantalla completa</translation>
    </message>
    <message>
        <source>Show the preview on the full screen; Esc leaves it</source>
        <translation>Mostrar la vista previa a pantalla completa; se sale con Esc</translation>
    </message>
    <message>
        <source>Leave full screen</source>
        <translation>Salir de la pantalla completa</translation>
    </message>
    <message>
        <source>Feed</source>
        <extracomment>Preview what the phone sends, as it comes in</extracomment>
        <translation>Señal</translation>
    </message>
    <message>
        <source>Preview the feed as it comes in from the phone</source>
        <translation>Ver la señal tal como llega del teléfono</translation>
    </message>
    <message>
        <source>Viewers&apos; stream</source>
        <extracomment>Preview what ffserver serves</extracomment>
        <translation>Flujo del público</translation>
    </message>
    <message>
        <source>Preview what viewers get from ffserver</source>
        <translation>Ver lo que los espectadores reciben de ffserver</translation>
    </message>
    <message>
        <source>Volume of the preview; viewers do not hear this</source>
        <translation>Volumen de la vista previa; los espectadores no lo oyen</translation>
    </message>
    <message>
        <source>Preview volume</source>
        <translation>Volumen de la vista previa</translation>
    </message>
    <message>
        <source>Preview picture</source>
        <translation>Imagen de la vista previa</translation>
    </message>
    <message>
        <source>Sound level</source>
        <translation>Nivel de sonido</translation>
    </message>
    <message>
        <source>Level of the feed&apos;s sound, left over right, in decibels below full scale</source>
        <translation>Nivel de sonido de la señal, izquierda sobre derecha, en decibelios por debajo del máximo</translation>
    </message>
    <message>
        <source>No sound device</source>
        <translation>Sin dispositivo de sonido</translation>
    </message>
    <message>
        <source>This computer has no sound output at the moment; the meter shows the sound all the same.</source>
        <translation>Este ordenador no tiene salida de sonido en este momento; el medidor muestra el sonido de todos modos.</translation>
    </message>
</context>
<context>
    <name>aspersor::QrCode</name>
    <message>
        <source>QR code of the address</source>
        <translation>Código QR de la dirección</translation>
    </message>
</context>
<context>
    <name>aspersor::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>&amp;Phones</source>
        <translation>&amp;Teléfonos</translation>
    </message>
    <message>
        <source>&amp;Viewers</source>
        <translation>&amp;Espectadores</translation>
    </message>
    <message>
        <source>P&amp;rogram</source>
        <translation>P&amp;rograma</translation>
    </message>
    <message>
        <source>What saving does</source>
        <translation>Lo que hace guardar</translation>
    </message>
    <message>
        <source>What a phone must send to be let in; 1 to 128 characters without spaces</source>
        <translation>Lo que un teléfono debe enviar para ser admitido; de 1 a 128 caracteres sin espacios</translation>
    </message>
    <message>
        <source>Show the key</source>
        <translation>Mostrar la clave</translation>
    </message>
    <message>
        <source>Make a new random key</source>
        <translation>Crear una clave nueva al azar</translation>
    </message>
    <message>
        <source>Copy the key</source>
        <translation>Copiar la clave</translation>
    </message>
    <message>
        <source>Publish &amp;key:</source>
        <translation>C&amp;lave de publicación:</translation>
    </message>
    <message>
        <source>A&amp;nyone may publish, without a key</source>
        <translation>Cual&amp;quiera puede publicar, sin clave</translation>
    </message>
    <message>
        <source>For phone apps that cannot send a key; use it only in a network that you trust</source>
        <translation>Para aplicaciones que no pueden enviar una clave; úselo solo en una red de confianza</translation>
    </message>
    <message>
        <source>Most &amp;feeds at a time:</source>
        <translation>Máximo de &amp;señales a la vez:</translation>
    </message>
    <message>
        <source>A further phone is told to try again later</source>
        <translation>A otro teléfono se le pide que lo intente más tarde</translation>
    </message>
    <message>
        <source>Most &amp;connections waiting:</source>
        <translation>Máximo de &amp;conexiones en espera:</translation>
    </message>
    <message>
        <source>Connections that are not a feed (yet)</source>
        <translation>Conexiones que (aún) no son una señal</translation>
    </message>
    <message>
        <source>Cut off a &amp;silent phone after:</source>
        <translation>Cortar un teléfono &amp;mudo tras:</translation>
    </message>
    <message>
        <source>A phone that sends nothing for this long is disconnected; it may come back</source>
        <translation>Un teléfono que no envía nada durante este tiempo se desconecta; puede volver</translation>
    </message>
    <message>
        <source>&amp;Wait for a phone to return:</source>
        <translation>Esperar a &amp;que un teléfono vuelva:</translation>
    </message>
    <message>
        <source>Viewers stay connected for this long while a phone is away</source>
        <translation>Los espectadores siguen conectados este tiempo mientras el teléfono está ausente</translation>
    </message>
    <message>
        <source> s</source>
        <extracomment>seconds, after a number</extracomment>
        <translation> s</translation>
    </message>
    <message>
        <source>&amp;ffserver program:</source>
        <translation>Programa &amp;ffserver:</translation>
    </message>
    <message>
        <source>the one that came with Aspersor</source>
        <translation>el que viene con Aspersor</translation>
    </message>
    <message>
        <source>Choose the ffserver program</source>
        <translation>Elegir el programa ffserver</translation>
    </message>
    <message>
        <source>&amp;Configuration file:</source>
        <translation>Archivo de &amp;configuración:</translation>
    </message>
    <message>
        <source>ffserver.conf in the configuration folder</source>
        <translation>ffserver.conf en la carpeta de configuración</translation>
    </message>
    <message>
        <source>Choose the configuration file</source>
        <translation>Elegir el archivo de configuración</translation>
    </message>
    <message>
        <source>Applies when Aspersor is started next</source>
        <translation>Se aplica la próxima vez que se inicie Aspersor</translation>
    </message>
    <message>
        <source>The system&apos;s language</source>
        <translation>El idioma del sistema</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Idioma:</translation>
    </message>
    <message>
        <source>the usual folder of this system</source>
        <translation>la carpeta habitual de este sistema</translation>
    </message>
    <message>
        <source>Settings, publish key and ffserver.conf are kept here; set by --config-dir at the start</source>
        <translation>Aquí se guardan los ajustes, la clave de publicación y ffserver.conf; se fija al inicio con --config-dir</translation>
    </message>
    <message>
        <source>Configuration f&amp;older:</source>
        <translation>Carpeta de c&amp;onfiguración:</translation>
    </message>
    <message>
        <source>Light and dark are in the menu View &gt; Appearance.</source>
        <translation>Claro y oscuro están en el menú Ver &gt; Apariencia.</translation>
    </message>
    <message>
        <source>all addresses of this computer</source>
        <translation>todas las direcciones de este ordenador</translation>
    </message>
    <message>
        <source>this computer only</source>
        <translation>solo este ordenador</translation>
    </message>
    <message>
        <source>The network address to listen on; 0.0.0.0 and :: mean all</source>
        <translation>La dirección de red en la que escuchar; 0.0.0.0 y :: significan todas</translation>
    </message>
    <message>
        <source>any free one</source>
        <extracomment>instead of port number 0</extracomment>
        <translation>uno libre</translation>
    </message>
    <message>
        <source>Port 0 takes a free one at each start</source>
        <translation>El puerto 0 toma uno libre en cada inicio</translation>
    </message>
    <message>
        <source>Listen on &amp;address:</source>
        <translation>Escuchar en la &amp;dirección:</translation>
    </message>
    <message>
        <source>P&amp;ort:</source>
        <translation>P&amp;uerto:</translation>
    </message>
    <message>
        <source>“%1” is not a network address. Choose one of the list, or type one such as 192.168.1.5.</source>
        <translation>«%1» no es una dirección de red. Elija una de la lista o escriba una como 192.168.1.5.</translation>
    </message>
    <message>
        <source>Phones and viewers cannot share port %1. Give one of them another port.</source>
        <translation>Los teléfonos y los espectadores no pueden compartir el puerto %1. Dé otro puerto a uno de ellos.</translation>
    </message>
    <message>
        <source>A publish key has 1 to 128 letters, digits or signs, without spaces. Type another or press the button that makes one.</source>
        <translation>Una clave de publicación tiene de 1 a 128 letras, cifras o signos, sin espacios. Escriba otra o pulse el botón que crea una.</translation>
    </message>
    <message>
        <source>%1 is not a program. Choose the ffserver program, or clear the field to use the one that came with Aspersor.</source>
        <translation>%1 no es un programa. Elija el programa ffserver o vacíe el campo para usar el que viene con Aspersor.</translation>
    </message>
    <message>
        <source>There is no file %1. Choose a configuration file, or clear the field to use the usual one.</source>
        <translation>No existe el archivo %1. Elija un archivo de configuración o vacíe el campo para usar el habitual.</translation>
    </message>
    <message>
        <source>The port for phones is opened anew: connect the phones to the new address.</source>
        <translation>El puerto para los teléfonos se abre de nuevo: conecte los teléfonos a la nueva dirección.</translation>
    </message>
    <message>
        <source>ffserver is restarted: viewers must reconnect, phones notice nothing.</source>
        <translation>ffserver se reinicia: los espectadores deben reconectarse, los teléfonos no notan nada.</translation>
    </message>
    <message>
        <source>Phones need the new key when they connect next; feeds that are live go on.</source>
        <translation>Los teléfonos necesitarán la nueva clave en su próxima conexión; las señales en vivo continúan.</translation>
    </message>
    <message>
        <source>Anyone who reaches this computer may publish.</source>
        <translation>Podrá publicar cualquiera que alcance este ordenador.</translation>
    </message>
    <message>
        <source>The language changes when Aspersor is started next.</source>
        <translation>El idioma cambia la próxima vez que se inicie Aspersor.</translation>
    </message>
    <message>
        <source>These changes take effect at once.</source>
        <translation>Estos cambios tienen efecto de inmediato.</translation>
    </message>
    <message>
        <source>What this ffserver is</source>
        <translation>Qué ffserver es</translation>
    </message>
    <message>
        <source>P&amp;laces for feeds:</source>
        <translation>P&amp;lazas para señales:</translation>
    </message>
    <message>
        <source>Places for feeds of an original ffserver</source>
        <translation>Plazas para señales de un ffserver original</translation>
    </message>
    <message>
        <source>So many phones can be live at a time; for a further one it has no place</source>
        <translation>Tantos teléfonos pueden estar en directo a la vez; para otro más no tiene plaza</translation>
    </message>
    <message>
        <source>Only an original ffserver of FFmpeg has a fixed number of places for feeds</source>
        <translation>Solo un ffserver original de FFmpeg tiene un número fijo de plazas para señales</translation>
    </message>
    <message>
        <source>This is FFmpeg&apos;s original ffserver, version %1. It serves MPEG-TS and one of FLV and Matroska, and only so many feeds at a time:</source>
        <translation>Es el ffserver original de FFmpeg, versión %1. Sirve MPEG-TS y uno de FLV y Matroska, y solo este número de señales a la vez:</translation>
    </message>
    <message>
        <source>This is Aspersor&apos;s own ffserver, version %1.</source>
        <translation>Es el ffserver propio de Aspersor, versión %1.</translation>
    </message>
    <message>
        <source>This cannot be used: %1.</source>
        <extracomment>%1 is an English clause such as &quot;/bin/x does not exist&quot;</extracomment>
        <translation>No se puede usar: %1.</translation>
    </message>
    <message>
        <source>Asking the program which ffserver it is…</source>
        <translation>Preguntando al programa qué ffserver es…</translation>
    </message>
    <message>
        <source>&amp;Edit…</source>
        <translation>&amp;Editar…</translation>
    </message>
    <message>
        <source>Edit the configuration file</source>
        <translation>Editar el archivo de configuración</translation>
    </message>
    <message>
        <source>The configuration file says in which formats viewers get the feeds. What you change in it holds at once, without a restart.</source>
        <translation>El archivo de configuración dice en qué formatos reciben los espectadores las señales. Lo que cambie en él vale en seguida, sin reinicio.</translation>
    </message>
    <message>
        <source>Edit the configuration file; it is checked while you type</source>
        <translation>Editar el archivo de configuración; se comprueba mientras escribe</translation>
    </message>
    <message>
        <source>The configuration is open in its editor already</source>
        <translation>La configuración ya está abierta en su editor</translation>
    </message>
</context>
<context>
    <name>aspersor::StatusStrip</name>
    <message>
        <source>ffserver stopped</source>
        <translation>ffserver detenido</translation>
    </message>
    <message>
        <source>ffserver starting…</source>
        <translation>ffserver iniciándose…</translation>
    </message>
    <message>
        <source>ffserver running</source>
        <translation>ffserver en marcha</translation>
    </message>
    <message>
        <source>ffserver stopping…</source>
        <translation>ffserver deteniéndose…</translation>
    </message>
    <message>
        <source>ffserver restarting…</source>
        <translation>ffserver reiniciándose…</translation>
    </message>
    <message>
        <source>ffserver failed</source>
        <translation>ffserver ha fallado</translation>
    </message>
    <message>
        <source>Address for phones</source>
        <translation>Dirección para teléfonos</translation>
    </message>
    <message>
        <source>Phones publish here; click to copy</source>
        <translation>Los teléfonos publican aquí; haga clic para copiar</translation>
    </message>
    <message>
        <source>Address for viewers</source>
        <translation>Dirección para espectadores</translation>
    </message>
    <message>
        <source>Viewers watch here; click to copy</source>
        <translation>Los espectadores miran aquí; haga clic para copiar</translation>
    </message>
    <message>
        <source>Feeds that a phone is sending now</source>
        <translation>Señales que un teléfono está enviando ahora</translation>
    </message>
    <message>
        <source>Viewers of all feeds</source>
        <translation>Espectadores de todas las señales</translation>
    </message>
    <message>
        <source>What all phones together send now</source>
        <translation>Lo que envían ahora todos los teléfonos juntos</translation>
    </message>
    <message>
        <source>Processor time of Aspersor and ffserver; 100 % is one core fully used</source>
        <translation>Tiempo de procesador de Aspersor y ffserver; 100 % es un núcleo del todo ocupado</translation>
    </message>
    <message numerus="yes">
        <source>%n feed(s) live</source>
        <translation>
            <numerusform>%n señal en vivo</numerusform>
            <numerusform>%n señales en vivo</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n viewer(s)</source>
        <translation>
            <numerusform>%n espectador</numerusform>
            <numerusform>%n espectadores</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 in</source>
        <extracomment>%1 is the bitrate of everything that comes in, such as 7.4 Mb/s</extracomment>
        <translation>%1 de entrada</translation>
    </message>
    <message>
        <source>CPU %1 %</source>
        <translation>CPU %1 %</translation>
    </message>
    <message>
        <source>Phones: %1</source>
        <translation>Teléfonos: %1</translation>
    </message>
    <message>
        <source>Viewers: %1</source>
        <translation>Espectadores: %1</translation>
    </message>
    <message>
        <source>Aspersor&apos;s own ffserver, version %1</source>
        <translation>El ffserver propio de Aspersor, versión %1</translation>
    </message>
    <message numerus="yes">
        <source>FFmpeg&apos;s original ffserver, version %1, with places for %n feed(s). A further phone is turned away, viewers cannot be dropped one by one, there is no HLS, and a new configuration needs a restart.</source>
        <translation>
            <numerusform>El ffserver original de FFmpeg, versión %1, con plaza para %n señal. Se rechaza a un teléfono de más, los espectadores no se pueden expulsar uno a uno, no hay HLS, y una configuración nueva necesita un reinicio.</numerusform>
            <numerusform>El ffserver original de FFmpeg, versión %1, con plazas para %n señales. Se rechaza a un teléfono de más, los espectadores no se pueden expulsar uno a uno, no hay HLS, y una configuración nueva necesita un reinicio.</numerusform>
        </translation>
    </message>
</context>
</TS>
