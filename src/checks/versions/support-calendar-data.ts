/**
 * When support for each Kubernetes minor ends, by distribution, with where each date comes from. Renew it with every release of the
 * operator; past `validUntil` version-eol is Unknown. Clusters may replace it by the ConfigMap support-calendar, in the same form as JSON.
 */
export const supportCalendarData = {
  validUntil: '2027-06-28',
  notes:
    "endOfLife is the day on which support without extra cost ends, and the day version-eol judges: upstream the end of the patch series, EKS the end of standard support, AKS the end of community support, GKE the end of standard support (Regular and Stable). endOfExtended is the end of paid or long-term support where a date is published; version-eol does not use it. validUntil: on 2027-06-28 upstream 1.36 ends and 1.37 is the last supported upstream minor known here; 1.38 (about December 2026) and 1.39 (about April 2027) will by then be out and unknown here. None of those can reach its end of support before 2028 (14 months upstream, 12 to 14 months with the providers), so no unknown minor can be at its end within this period. Providers do move their dates within months (AKS 1.33 from June to July 2026, GKE 1.34 from 2026-Q4 to January 2027), which is why the data is not trusted for longer. AKS publishes months; as its page says, the last day of the month is meant unless a day is given. AKS 1.37 stands in the published calendar (generally available planned for October 2026); its availability was not confirmed, so newest.aks is 1.36. GKE calls its dates best-effort predictions. 1.32 to 1.34 are given as the last day of standard support, which can be one day before the day shown on Google's page. GKE 1.36 has no published end of extended support in the sources read, EKS 1.37 neither. GKE offers 1.37 only in the Rapid channel, so newest.gke is 1.36.",
  newest: {
    upstream: '1.37',
    eks: '1.37',
    aks: '1.36',
    gke: '1.36',
  },
  sources: {
    upstream: {
      name: 'Kubernetes: release pages and data/releases/eol.yaml of the website (1.24 to 1.32 as recorded at their end, 1.33 to 1.37 as announced)',
      url: 'https://kubernetes.io/releases/',
      retrieved: '2026-11-23 (stored copy dated 2026-09, 1.37 page after 2026-09-15)',
      also: [
        {
          name: 'eol.yaml: 1.24 to 1.32',
          url: 'https://raw.githubusercontent.com/kubernetes/website/main/data/releases/eol.yaml',
          retrieved: '2026-11-23 (stored copy dated after 2026-02-28)',
        },
        {
          name: 'Release dates of v1.30.0 to v1.37.0 by the Go module proxy (cross-check of the 14 months)',
          url: 'https://pkg.go.dev/k8s.io/kubernetes?tab=versions',
          retrieved: '2026-11-23',
        },
      ],
    },
    eks: {
      name: 'Amazon EKS user guide: Amazon EKS Kubernetes release calendar',
      url: 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html',
      retrieved: '2026-11-23 (stored copy dated before 2026-01-28, read for 1.29 to 1.34)',
      also: [
        {
          name: 'awslabs/aws-service-eol-data (from the calendar): 1.29 to 1.36',
          url: 'https://github.com/awslabs/aws-service-eol-data',
          retrieved: '2026-11-23 (stored copy dated 2026-09-13)',
        },
        {
          name: 'endoflife.date, Amazon EKS: 1.24 to 1.35',
          url: 'https://endoflife.date/amazon-eks',
          retrieved: '2026-11-23 (stored copy dated 2026-02-14)',
        },
        {
          name: "Result of eks:DescribeClusterVersions in us-east-2, published in a project's decision record: 1.37",
          url: 'https://github.com/AndreRosaLopes/eks_on_AWS_OpenSource',
          retrieved: '2026-11-23 (stored copy dated 2026-10-09)',
        },
      ],
    },
    aks: {
      name: 'Microsoft Learn: Supported Kubernetes versions in AKS, release calendar and LTS versions (1.29 to 1.37)',
      url: 'https://learn.microsoft.com/azure/aks/supported-kubernetes-versions',
      retrieved: '2026-11-23 (stored copy dated 2026-08-05)',
      also: [
        {
          name: 'endoflife.date, Azure Kubernetes Service: 1.24 to 1.36',
          url: 'https://endoflife.date/azure-kubernetes-service',
          retrieved: '2026-11-23 (stored copy dated after 2026-06-30)',
        },
      ],
    },
    gke: {
      name: 'endoflife.date, Google Kubernetes Engine, which takes the end of standard support from the GKE release schedule: 1.24 to 1.31, 1.35, 1.36',
      url: 'https://endoflife.date/google-kubernetes-engine',
      retrieved: '2026-11-23 (stored copy dated 2026-08-27)',
      also: [
        {
          name: 'Infrawrench, GKE calendar checked against the GKE release schedule on 2026-10-04: 1.32 to 1.34, and the ends of extended support of 1.27 to 1.35',
          url: 'https://github.com/Infrawrench/Infrawrench',
          retrieved: '2026-11-23 (stored copy dated 2026-10-04)',
        },
        {
          name: 'GKE release schedule, on which both rest (its table was not in the stored copy)',
          url: 'https://docs.cloud.google.com/kubernetes-engine/docs/release-schedule',
        },
        {
          name: 'GKE release notes: minors available per channel',
          url: 'https://docs.cloud.google.com/kubernetes-engine/docs/release-notes',
          retrieved: '2026-11-23 (stored copy dated 2026-09)',
        },
      ],
    },
  },
  distributions: {
    upstream: {
      '1.24': {
        endOfLife: '2023-07-28',
      },
      '1.25': {
        endOfLife: '2023-10-28',
      },
      '1.26': {
        endOfLife: '2024-02-28',
      },
      '1.27': {
        endOfLife: '2024-07-16',
      },
      '1.28': {
        endOfLife: '2024-10-22',
      },
      '1.29': {
        endOfLife: '2025-02-28',
      },
      '1.30': {
        endOfLife: '2025-07-15',
      },
      '1.31': {
        endOfLife: '2025-11-11',
      },
      '1.32': {
        endOfLife: '2026-02-28',
      },
      '1.33': {
        endOfLife: '2026-06-28',
      },
      '1.34': {
        endOfLife: '2026-10-27',
      },
      '1.35': {
        endOfLife: '2027-02-28',
      },
      '1.36': {
        endOfLife: '2027-06-28',
      },
      '1.37': {
        endOfLife: '2027-10-28',
      },
    },
    eks: {
      '1.24': {
        endOfLife: '2024-01-31',
        endOfExtended: '2025-01-31',
      },
      '1.25': {
        endOfLife: '2024-05-01',
        endOfExtended: '2025-05-01',
      },
      '1.26': {
        endOfLife: '2024-06-11',
        endOfExtended: '2025-06-11',
      },
      '1.27': {
        endOfLife: '2024-07-24',
        endOfExtended: '2025-07-24',
      },
      '1.28': {
        endOfLife: '2024-11-26',
        endOfExtended: '2025-11-26',
      },
      '1.29': {
        endOfLife: '2025-03-23',
        endOfExtended: '2026-03-23',
      },
      '1.30': {
        endOfLife: '2025-07-23',
        endOfExtended: '2026-07-23',
      },
      '1.31': {
        endOfLife: '2025-11-26',
        endOfExtended: '2026-11-26',
      },
      '1.32': {
        endOfLife: '2026-03-23',
        endOfExtended: '2027-03-23',
      },
      '1.33': {
        endOfLife: '2026-07-29',
        endOfExtended: '2027-07-29',
      },
      '1.34': {
        endOfLife: '2026-12-02',
        endOfExtended: '2027-12-02',
      },
      '1.35': {
        endOfLife: '2027-03-27',
        endOfExtended: '2028-03-27',
      },
      '1.36': {
        endOfLife: '2027-08-02',
        endOfExtended: '2028-08-02',
      },
      '1.37': {
        endOfLife: '2027-12-01',
      },
    },
    aks: {
      '1.24': {
        endOfLife: '2023-07-31',
      },
      '1.25': {
        endOfLife: '2024-01-14',
      },
      '1.26': {
        endOfLife: '2024-04-11',
      },
      '1.27': {
        endOfLife: '2024-07-31',
        endOfExtended: '2025-07-31',
      },
      '1.28': {
        endOfLife: '2025-01-31',
        endOfExtended: '2026-02-28',
      },
      '1.29': {
        endOfLife: '2025-03-31',
        endOfExtended: '2026-04-30',
      },
      '1.30': {
        endOfLife: '2025-08-22',
        endOfExtended: '2026-07-31',
      },
      '1.31': {
        endOfLife: '2025-11-01',
        endOfExtended: '2026-11-30',
      },
      '1.32': {
        endOfLife: '2026-03-31',
        endOfExtended: '2027-03-31',
      },
      '1.33': {
        endOfLife: '2026-07-31',
        endOfExtended: '2027-07-31',
      },
      '1.34': {
        endOfLife: '2026-11-30',
        endOfExtended: '2027-11-30',
      },
      '1.35': {
        endOfLife: '2027-03-31',
        endOfExtended: '2028-03-31',
      },
      '1.36': {
        endOfLife: '2027-06-30',
        endOfExtended: '2028-06-30',
      },
      '1.37': {
        endOfLife: '2027-10-31',
        endOfExtended: '2028-10-31',
      },
    },
    gke: {
      '1.24': {
        endOfLife: '2023-10-31',
      },
      '1.25': {
        endOfLife: '2024-03-30',
      },
      '1.26': {
        endOfLife: '2024-06-30',
      },
      '1.27': {
        endOfLife: '2024-10-01',
        endOfExtended: '2025-06-14',
      },
      '1.28': {
        endOfLife: '2025-02-04',
        endOfExtended: '2026-01-09',
      },
      '1.29': {
        endOfLife: '2025-04-12',
        endOfExtended: '2026-01-25',
      },
      '1.30': {
        endOfLife: '2025-09-30',
        endOfExtended: '2026-07-30',
      },
      '1.31': {
        endOfLife: '2026-01-16',
        endOfExtended: '2026-10-22',
      },
      '1.32': {
        endOfLife: '2026-04-26',
        endOfExtended: '2027-02-11',
      },
      '1.33': {
        endOfLife: '2026-08-11',
        endOfExtended: '2027-06-12',
      },
      '1.34': {
        endOfLife: '2027-01-24',
        endOfExtended: '2027-11-25',
      },
      '1.35': {
        endOfLife: '2027-04-11',
        endOfExtended: '2028-02-11',
      },
      '1.36': {
        endOfLife: '2027-08-09',
      },
    },
  },
};
