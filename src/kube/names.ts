/** What most objects of Kubernetes may be named, as a DNS subdomain; at most 253 characters beside. */
export const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
