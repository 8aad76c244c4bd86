#!/bin/sh
# Makes the files of this folder anew, with OpenSSL 3: one certificate and its key in the forms that people have.
# The passphrase is `secret`.
set -eu
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=device -days 36500 -keyout plain.key -out cert.pem
cat cert.pem plain.key > both.pem
openssl pkcs8 -topk8 -in plain.key -out encrypted.key -passout pass:secret
openssl ec -in plain.key -aes128 -out old.key -passout pass:secret
openssl pkcs12 -export -in cert.pem -inkey plain.key -out modern.p12 -passout pass:secret
openssl pkcs12 -export -legacy -in cert.pem -inkey plain.key -out legacy.p12 -passout pass:secret
openssl pkcs12 -export -in cert.pem -inkey plain.key -out open.p12 -passout pass:
openssl pkcs12 -export -nokeys -in cert.pem -out keyless.p12 -passout pass:secret
rm plain.key
